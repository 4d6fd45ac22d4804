package fetch

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"fetchscope/internal/weburl"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// talk answers all requests of a connection; nil ends it.
func talk(answer func(head string, nth int) *string) func(string, net.Conn) {
	return func(head string, c net.Conn) {
		for n := 0; head != ""; n++ {
			reply := answer(head, n)
			if reply == nil {
				return
			}
			if _, err := c.Write([]byte(*reply)); err != nil {
				return
			}
			head = readHead(c)
		}
	}
}

// lasting is a reply that leaves the connection open.
func lasting(reply string) *string {
	reply = strings.Replace(reply, "Connection: close\r\n", "", 1)
	return &reply
}

// A course is what a test looks at of an exchange.
type course struct {
	Why    string
	Reused bool
	Close  trace.Status
	States []trace.State
}

func courses(doc *trace.Document) (out []course) {
	for i := range doc.Exchanges {
		x := &doc.Exchanges[i]
		c := course{Why: x.Why, Reused: x.Connection.Reused, Close: x.Phase(trace.Close).Status}
		for _, s := range x.Connection.States {
			if s.Side == trace.Client && s.State != trace.FinWait2 && s.Evidence != trace.Inferred {
				c.States = append(c.States, s.State)
			}
		}
		out = append(out, c)
	}
	return out
}

// A server that has answered by HTTP/1.0 is asked by it from then on, as curl does.
func TestAServerOfHTTP10IsAskedByItAgain(t *testing.T) {
	var asked []string
	server := listen(t, talk(func(head string, nth int) *string {
		line, _, _ := strings.Cut(head, "\r\n")
		asked = append(asked, line)
		reply := fine
		if nth == 0 {
			reply = found("/next")
		}
		reply = strings.Replace(reply, "HTTP/1.1", "HTTP/1.0", 1)
		return lasting(strings.Replace(reply, "\r\n", "\r\nConnection: keep-alive\r\n", 1))
	}))
	got := run(t, Options{Follow: true, MaxRedirects: 5}, server.url("/"))
	if diff := cmp.Diff([]string{"GET / HTTP/1.1", "GET /next HTTP/1.0"}, asked); diff != "" || got.body != "ok" {
		t.Errorf("body %q, %v, asked (-want +got):\n%s", got.body, got.err, diff)
	}
}

func TestRedirectsGoOverOneConnection(t *testing.T) {
	opened := []trace.State{trace.SynSent, trace.Established}
	closed := []trace.State{trace.FinWait1, trace.TimeWait}
	both := slices.Concat(opened, closed)
	elsewhere := listen(t, talk(func(string, int) *string { return lasting(fine) }))
	for _, c := range []struct {
		name   string
		answer func(head string, nth int) *string
		want   []course
	}{
		{"the same origin", func(head string, _ int) *string {
			if strings.HasPrefix(head, "GET / ") {
				return lasting(found("/next"))
			}
			return lasting(fine)
		}, []course{{"first", false, trace.Skipped, opened}, {"redirect", true, trace.Done, closed}}},
		{"three of them", func(head string, _ int) *string {
			switch {
			case strings.HasPrefix(head, "GET / "):
				return lasting(found("/next"))
			case strings.HasPrefix(head, "GET /next "):
				return lasting(found("/last"))
			}
			return lasting(fine)
		}, []course{{"first", false, trace.Skipped, opened}, {"redirect", true, trace.Skipped, nil}, {"redirect", true, trace.Done, closed}}},
		{"another origin", func(string, int) *string {
			return lasting(found(elsewhere.url("/")))
		}, []course{{"first", false, trace.Done, both}, {"redirect", false, trace.Done, both}}},
		{"the server gives it up unannounced", func(head string, nth int) *string {
			switch {
			case strings.HasPrefix(head, "GET / "):
				return lasting(found("/next"))
			case nth > 0:
				return nil
			}
			return lasting(fine)
		}, []course{
			{"first", false, trace.Skipped, opened},
			{"redirect", true, trace.Done, []trace.State{trace.CloseWait, trace.LastAck, trace.Closed}},
			{"retry", false, trace.Done, both},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := run(t, Options{Follow: true, MaxRedirects: 5}, listen(t, talk(c.answer)).url("/"))
			if got.err != nil || got.body != "ok" || got.doc.Error != nil {
				t.Fatalf("error %v (%+v), body %q", got.err, got.doc.Error, got.body)
			}
			if diff := cmp.Diff(c.want, courses(got.doc)); diff != "" {
				t.Errorf("exchanges (-want +got):\n%s", diff)
			}
			for i, x := range got.doc.Exchanges {
				if x.Connection.Reused && (*x.Connection.OpenedIn != 0 || x.Phase(trace.Connect).Status != trace.Reused || x.Connection.Remote == "") {
					t.Errorf("exchange %d: connection %+v, phases %+v", i, x.Connection, x.Phases)
				}
			}
		})
	}
}

// TestWhatMustNotBeRepeated is not sent again when a kept connection is gone (RFC 9110,
// section 9.2.2).
func TestWhatMustNotBeRepeated(t *testing.T) {
	p := listen(t, talk(func(head string, nth int) *string {
		if nth > 0 {
			return nil
		}
		return lasting(strings.Replace(found("/next"), "302 Found", "307 Temporary Redirect", 1))
	}))
	got := run(t, Options{Follow: true, MaxRedirects: 5, Method: "POST"}, p.url("/"))
	if got.doc.Error == nil || got.doc.Error.Code != "empty_reply" || len(got.doc.Exchanges) != 2 {
		t.Errorf("error %+v, %d exchanges, want an empty reply in the second", got.doc.Error, len(got.doc.Exchanges))
	}
}

// TestClosesGoOnBesideTheNextHop has servers that never end their side: their closes take
// as long as they may, at once.
func TestClosesGoOnBesideTheNextHop(t *testing.T) {
	release := make(chan struct{})
	hold := func(reply func() string) *peer {
		return listen(t, func(_ string, c net.Conn) {
			c.Write([]byte(*lasting(reply())))
			io.Copy(io.Discard, c) // to our FIN
			<-release
		})
	}
	last := listen(t, talk(func(string, int) *string {
		close(release)
		return lasting(fine)
	}))
	second := hold(func() string { return found(last.url("/")) })
	first := hold(func() string { return found(second.url("/")) })
	got := run(t, Options{Follow: true, MaxRedirects: 5}, first.url("/"))
	if got.err != nil || got.body != "ok" {
		t.Fatalf("error %v, body %q", got.err, got.body)
	}
	for i, c := range courses(got.doc) {
		if want := []trace.State{trace.SynSent, trace.Established, trace.FinWait1, trace.TimeWait}; !slices.Equal(c.States, want) {
			t.Errorf("exchange %d: states %v, want %v", i, c.States, want)
		}
	}
}

// TestConnectionServesTwoFetches fetches twice from one server, then from another.
func TestConnectionServesTwoFetches(t *testing.T) {
	one := listen(t, talk(func(string, int) *string { return lasting(fine) }))
	other := listen(t, talk(func(string, int) *string { return lasting(fine) }))
	f := Options{MaxTime: 20 * time.Second}
	got := fetchInLine(t, []turn{{f, one.url("/")}, {f, one.url("/second")}, {f, other.url("/")}})
	opened := []trace.State{trace.SynSent, trace.Established}
	closed := []trace.State{trace.FinWait1, trace.TimeWait}
	want := [][]course{
		{{"first", false, trace.Skipped, opened}},
		{{"first", true, trace.Done, closed}},
		{{"first", false, trace.Done, slices.Concat(opened, closed)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exchanges (-want +got):\n%s", diff)
	}
}

// A turn is a URL with the options that it is fetched by.
type turn struct {
	o   Options
	url string
}

// fetchInLine fetches one behind the other.
func fetchInLine(t *testing.T, turns []turn) (got [][]course) {
	t.Helper()
	var all Run
	var line Line
	var fetchers []*Fetcher
	for _, turn := range turns {
		f, err := all.Fetcher(turn.o)
		if err != nil {
			t.Fatal(err)
		}
		fetchers = append(fetchers, f.On(&line))
	}
	var clock *trace.Recorder
	var carried trace.Carried
	for i, turn := range turns {
		if line.Next = nil; i+1 < len(turns) {
			line.Next = func() (*Fetcher, *weburl.URL) { return fetchers[i+1], parsed(t, turns[i+1].url) }
		}
		clock = clock.Next(nil)
		if err := fetchers[i].Fetch(t.Context(), clock, parsed(t, turn.url), &sink{}); err != nil {
			t.Fatal(err)
		}
		doc := trace.Fold(clock.Records(), trace.FoldOptions{URL: turn.url, Started: clock.Started(), Carried: &carried})
		got = append(got, courses(doc))
		if at := doc.Exchanges[0].Phase(trace.Request).Start; at == nil || *at < 0 || *at > trace.Time(20*time.Second) {
			t.Errorf("the request of %s began at %v", turn.url, at)
		}
	}
	line.Close()
	if err := all.Close(); err != nil {
		t.Error(err)
	}
	return got
}

// TestConnectionIsForEqualSettings changes one setting from the first fetch to the second.
func TestConnectionIsForEqualSettings(t *testing.T) {
	server := listen(t, talk(func(string, int) *string { return lasting(fine) }))
	host, port := "127.0.0.1", uint16(server.Addr().(*net.TCPAddr).Port)
	password := "a:b"
	for _, c := range []struct {
		name   string
		change func(*Options)
		reused bool
	}{
		{"none", func(*Options) {}, true},
		{"Basic credentials, which each request has", func(o *Options) { o.User = &password }, true},
		{"a method", func(o *Options) { o.Method = "POST" }, true},
		{"-k", func(o *Options) { o.Insecure = true }, false},
		{"--cacert", func(o *Options) { o.CAFile = "other.pem" }, false},
		{"-E", func(o *Options) { o.TLS.Identity.Cert = "me.pem" }, false},
		{"--tls-max", func(o *Options) { o.TLS.MaxVersion = 0x0303 }, false},
		{"--pinnedpubkey", func(o *Options) { o.TLS.PinnedKey = "sha256//AA" }, false},
		{"--interface", func(o *Options) { _ = o.From.SetInterface("host!127.0.0.1") }, false},
		{"--haproxy-protocol", func(o *Options) { o.HAProxy.Send = true }, false},
		{"--connect-to what is the same server", func(o *Options) { o.ConnectTo = []ConnectTo{{ToHost: host, ToPort: port}} }, true},
		{"--connect-to another name of it", func(o *Options) { o.ConnectTo = []ConnectTo{{ToHost: "localhost"}} }, false},
		{"--server", func(o *Options) { o.Resolver.HostsFile = "none" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			usual := Options{MaxTime: 20 * time.Second}
			changed := usual
			c.change(&changed)
			got := fetchInLine(t, []turn{{usual, server.url("/")}, {changed, server.url("/")}})
			if reused := got[1][0].Reused; reused != c.reused {
				t.Errorf("reused: %v, want %v", reused, c.reused)
			}
		})
	}
}

func parsed(t *testing.T, url string) *weburl.URL {
	t.Helper()
	u, err := weburl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

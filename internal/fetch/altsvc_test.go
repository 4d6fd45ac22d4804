package fetch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fetchscope/httpclient/altsvc"
	"fetchscope/internal/weburl"

	"github.com/google/go-cmp/cmp"
)

// An origin that says where else it can be reached is reached there the next time, by its own
// name.
func TestAlternativeServices(t *testing.T) {
	var asked []string
	serve := func(name, offer string, secure bool) *httptest.Server {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, fmt.Sprintf("%s: %s, %s", name, r.Host, r.Header.Get("Alt-Used")))
			if offer != "" {
				w.Header().Set("Alt-Svc", offer)
			}
		}))
		if secure {
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		return s
	}
	other := serve("other", "", true)
	to := strings.TrimPrefix(other.URL, "https://")
	one := serve("one", `h3=":1", http/1.1="`+to+`"; ma=60`, true)
	open := serve("open", `http/1.1="`+to+`"`, false)
	host := strings.TrimPrefix(one.URL, "https://")
	_, port, _ := strings.Cut(host, ":")
	tests := []struct {
		name string
		url  string
		o    Options
		want []string
	}{
		{"kept", one.URL, Options{AltSvc: &altsvc.Cache{}}, []string{"one: " + host + ", ", "other: " + host + ", " + to}},
		{"not kept", one.URL, Options{}, []string{"one: " + host + ", ", "one: " + host + ", "}},
		{"without TLS", open.URL, Options{AltSvc: &altsvc.Cache{}}, []string{"open: " + open.Listener.Addr().String() + ", ", "open: " + open.Listener.Addr().String() + ", "}},
		{"--connect-to comes first", "https://h.test:" + port, Options{AltSvc: &altsvc.Cache{}, ConnectTo: []ConnectTo{mustConnectTo(t, "h.test:"+port+":"+host)}}, []string{"one: h.test:" + port + ", ", "one: h.test:" + port + ", "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked = nil
			tt.o.Insecure = true
			for range tt.want {
				if r := run(t, tt.o, tt.url+"/"); r.err != nil {
					t.Fatal(r.err)
				}
			}
			if diff := cmp.Diff(tt.want, asked); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	u, _ := weburl.Parse(one.URL)
	if _, _, ok := (&hop{f: &Fetcher{}, url: u}).alternative(); ok {
		t.Error("without a cache there is an alternative")
	}
}

func mustConnectTo(t *testing.T, s string) ConnectTo {
	t.Helper()
	c, err := ParseConnectTo(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

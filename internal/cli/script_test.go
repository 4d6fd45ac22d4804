package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fetchscope/internal/demo"
	"fetchscope/internal/proxies"
	"fetchscope/trace"
	"fetchscope/transport/capture"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestMain(m *testing.M) {
	testscript.Main(hermetic{m}, map[string]func(){
		"fetchscope": func() {
			os.Exit(Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// Hermetic tests read no file of options of whoever runs them.
type hermetic struct{ *testing.M }

// Run runs the tests.
func (h hermetic) Run() int {
	nowhere, err := filepath.Abs(filepath.Join("testdata", "nowhere"))
	if err == nil {
		err = os.Setenv("XDG_CONFIG_HOME", nowhere)
	}
	if err != nil {
		panic(err)
	}
	return h.M.Run()
}

// The scripts run the command as a person would, against the embedded internet.
func TestScripts(t *testing.T) {
	internet, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { internet.Close() })
	open, closed := startProxy(t, ""), startProxy(t, "me:word")
	authority := filepath.Join(t.TempDir(), "proxies.pem")
	if err := os.WriteFile(authority, append(open.AuthorityPEM, closed.AuthorityPEM...), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars,
				"RESOLVER="+internet.Resolver.String(), "CA="+internet.CAFile,
				"DOT=tls://"+internet.ResolverTLS.String(), "DOH=https://"+internet.ResolverHTTPS.String()+"/dns-query",
				"DOTNAMED=tls://"+byName(internet.ResolverTLS), "DOTGIVEN="+given(internet.ResolverTLS),
				"DOHNAMED=https://"+byName(internet.ResolverHTTPS), "DOHGIVEN="+given(internet.ResolverHTTPS),
				"ANCHOR="+internet.AnchorFile, "HINTS="+internet.HintsFile, fmt.Sprintf("NAMEPORT=%d", internet.NamePort),
				"HTTPS="+strings.TrimSuffix(internet.URL("/"), "/"), "HTTP="+strings.TrimSuffix(internet.PlainURL("/"), "/"),
				fmt.Sprintf("HTTPSPORT=%d", internet.HTTPS), fmt.Sprintf("HTTPPORT=%d", internet.HTTP),
				"PROXY="+open.Addr.String(), "LOGINPROXY="+closed.Addr.String(), "PROXYCA="+authority,
				"REFUSED="+refused(t), "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0")
			return nil
		},
		// walkable says that every address of 127/8 can be had here, packets that they can
		// be captured, lab that namespaces and TUN devices can, loopback6 that ::1 can.
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "walkable":
				return internet.NamePort != 0, nil
			case "packets":
				c, err := capture.Open(capture.Options{})
				return err == nil, c.Close()
			case "loopback6":
				return haveIPv6(), nil
			case "lab":
				return haveLab(), nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"schema": cmdSchema, "phases": cmdPhases, "states": cmdStates, "field": cmdField, "modes": cmdModes, "takes": cmdTakes,
			"lines": cmdLines,
		},
	})
}

// haveLab says whether a lab can be had here.
var haveLab = sync.OnceValue(func() bool {
	self, err := os.Executable()
	if err != nil {
		return false
	}
	c := exec.Command(self, "demo", "--lab", "--rtt", "0", "-s")
	c.Args[0] = "fetchscope"
	return c.Run() == nil
})

// haveIPv6 says whether loopback has an address of IPv6.
func haveIPv6() bool {
	l, err := net.Listen("tcp", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

// byName is the resolver by its name, given what --resolve takes for that.
func byName(a netip.AddrPort) string { return fmt.Sprintf("%s:%d", demo.ResolverHost, a.Port()) }

func given(a netip.AddrPort) string { return byName(a) + ":" + a.Addr().String() }

// startProxy starts a proxy, which wants a login where there is one.
func startProxy(t *testing.T, login string) *proxies.Server {
	s, err := proxies.Start(login)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// refused is an address on loopback where nothing listens.
func refused(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// cmdSchema checks each line, or the whole, of a file against a schema:
// schema NAME FILE.
func cmdSchema(ts *testscript.TestScript, neg bool, args []string) {
	schema := compileSchema(ts, args[0])
	text := []byte(ts.ReadFile(args[1]))
	n := 0
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); n++ {
		d.UseNumber()
		var v any
		ts.Check(d.Decode(&v))
		if err := schema.Validate(v); err != nil {
			ts.Fatalf("%s does not fit %s: %v", args[1], args[0], err)
		}
	}
	if n == 0 {
		ts.Fatalf("%s holds no document", args[1])
	}
}

func compileSchema(ts *testscript.TestScript, name string) *jsonschema.Schema {
	b, err := os.ReadFile(filepath.Join(schemaDir, name+".schema.json"))
	ts.Check(err)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	ts.Check(err)
	c := jsonschema.NewCompiler()
	ts.Check(c.AddResource(name, v))
	schema, err := c.Compile(name)
	ts.Check(err)
	return schema
}

// schemaDir is where the schemas are, found before a script changes the folder.
var schemaDir, _ = filepath.Abs("../../docs")

func document(ts *testscript.TestScript, file string) *trace.Document {
	d := &trace.Document{}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), d))
	return d
}

// cmdPhases compares the phases of the last exchange: phases FILE name=status …; the
// rest must have the status of the last word.
func cmdPhases(ts *testscript.TestScript, neg bool, args []string) {
	x := document(ts, args[0]).Last()
	want := map[string]string{}
	rest := args[len(args)-1]
	for _, a := range args[1 : len(args)-1] {
		name, status, _ := strings.Cut(a, "=")
		want[name] = status
	}
	for _, p := range x.Phases {
		status, ok := want[string(p.Name)]
		if !ok {
			status = rest
		}
		if string(p.Status) != status {
			ts.Fatalf("phase %s is %s, want %s", p.Name, p.Status, status)
		}
		if (p.Status == trace.Done) != (p.Start != nil && p.Duration != nil) && p.Status != trace.FailedHere {
			ts.Fatalf("phase %s is %s, with start %v and duration %v", p.Name, p.Status, p.Start, p.Duration)
		}
	}
}

// cmdStates compares one side's states of the last exchange: states FILE SIDE STATE …;
// none that can be observed may be inferred.
func cmdStates(ts *testscript.TestScript, neg bool, args []string) {
	x := document(ts, args[0]).Last()
	var got []string
	for _, s := range x.Connection.States {
		if string(s.Side) != args[1] || s.State == trace.Closed && s.Evidence == trace.Inferred {
			continue
		}
		if s.Evidence == trace.Inferred && s.Side == trace.Client && s.State != trace.FinWait2 {
			ts.Fatalf("%s is inferred", s.State)
		}
		got = append(got, string(s.State))
	}
	if len(x.Connection.NotObservable) > 0 {
		ts.Logf("states are not observable here: %s", x.Connection.NotObservable[0].Why)
		return
	}
	if want := strings.Join(args[2:], " "); strings.Join(got, " ") != want {
		ts.Fatalf("%s states: %v, want %s", args[1], got, want)
	}
}

// cmdTakes checks that a phase of the last exchange took at least so long, which somebody
// made it take: takes FILE PHASE DURATION.
func cmdTakes(ts *testscript.TestScript, neg bool, args []string) {
	least, err := time.ParseDuration(args[2])
	ts.Check(err)
	p := document(ts, args[0]).Last().Phase(trace.Phase(args[1]))
	if p.Duration == nil || p.Duration.Sub(0) < least {
		ts.Fatalf("%s took %v, want %v at least", args[1], p.Duration, least)
	}
}

// cmdModes compares a file's permissions: modes FILE -rw-------.
func cmdModes(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := info.Mode().String(); got != args[1] {
		ts.Fatalf("%s is %s, want %s", args[0], got, args[1])
	}
}

// cmdField compares a value of a document: field FILE path.to.it VALUE.
func cmdField(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	d.UseNumber()
	ts.Check(d.Decode(&v))
	for key := range strings.SplitSeq(args[1], ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(at) {
				ts.Fatalf("no element %s of %d", key, len(at))
			}
			v = at[i]
		default:
			ts.Fatalf("%s: nothing has a %s", args[1], key)
		}
	}
	if got := fmt.Sprint(v); (got == args[2]) == neg {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}

// cmdLines puts each line of a file into one of its own: lines FILE FIRST SECOND ...
func cmdLines(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.SplitAfter(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	if len(lines) != len(args)-1 {
		ts.Fatalf("%s has %d lines, want %d", args[0], len(lines), len(args)-1)
	}
	for i, name := range args[1:] {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(lines[i]), 0o644))
	}
}

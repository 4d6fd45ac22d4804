package resolver

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// compareKdig has kdig ask Unbound: a second reader of what is on the wire, with a form of
// its own for records. It asks all questions in one run.
func (in *realInternet) compareKdig(t *testing.T, ours outcomes) {
	kdig := installed(t, "kdig")
	questions := realQuestions(t)
	args := []string{"@" + realResolver, "-p", fmt.Sprint(in.port), "+noall", "+header", "+answer"}
	for _, q := range questions {
		args = append(args, strings.Fields(q)...)
	}
	text, err := exec.CommandContext(patience(t), kdig, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	replies := strings.Split(string(text), ";; ->>HEADER<<- ")[1:]
	if len(replies) != len(questions) {
		t.Fatalf("%d replies to %d questions", len(replies), len(questions))
	}
	for i, reply := range replies {
		want := ours[questions[i]]
		header, answer, _ := strings.Cut(reply, "\n")
		_, status, _ := strings.Cut(header, "status: ")
		status, _, _ = strings.Cut(status, ";")
		if status != want.Rcode {
			t.Errorf("%s: kdig says %s, we %s", questions[i], status, want.Rcode)
		}
		if diff := cmp.Diff(records(t, answer), want.Answers); diff != "" {
			t.Errorf("%s: (-kdig +ours)\n%s", questions[i], diff)
		}
	}
}

// records reads the lines of a tool's that are not comments, without signatures.
func records(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, ";") {
			continue
		}
		rr, err := dns.NewRR(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if unknown, is := rr.(*dns.RFC3597); is {
			unknown.Rdata = lower(unknown.Rdata) // hexadecimal digits
		}
		if r := present(rr); r.Type != "RRSIG" {
			out = append(out, r.Name+" "+r.Type+" "+r.Data)
		}
	}
	slices.Sort(out)
	return out
}

// compareDelv has delv look up a part of the questions, as a process for each takes its
// time. It asks Unbound for data unchecked and validates them itself.
func (in *realInternet) compareDelv(t *testing.T, ours outcomes) {
	delv := installed(t, "delv")
	k := in.keys["."].DNSKEY
	anchors := file(t, fmt.Sprintf("trust-anchors { . static-key %d %d %d %q; };\n", k.Flags, k.Protocol, k.Algorithm, k.PublicKey))
	var some []string
	for i, q := range realQuestions(t) {
		// On a name that becomes too long it works on without end.
		if i%8 == 0 && !delvDiffers(q) && ours[q].Rcode != "YXDOMAIN" {
			some = append(some, q)
		}
	}
	each(some, func(question string) {
		args := append([]string{"@" + realResolver, "-p", fmt.Sprint(in.port), "-a", anchors, "+root=."}, strings.Fields(question)...)
		text, _ := exec.CommandContext(patience(t), delv, args...).CombinedOutput()
		want := ours[question]
		if want.Security == "bogus" {
			want.Security = "" // it does not tell why it fails
		}
		got := delvSays(t, string(text))
		if strings.Contains(question, ".old.") || strings.Contains(question, ".grow.") {
			got.Answers, want.Answers = nil, nil // it shows a DNAME record under the name asked for
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s: (-delv +ours)\n%s\n%s", question, diff, text)
		}
	})
}

// delvDiffers names the questions on which delv is of another mind: a denial by an opt-out
// span is secure to it, against RFC 5155, section 9.2.
func delvDiffers(question string) bool {
	return strings.Contains(question, "opt.") || strings.Contains(question, "example.")
}

// delvSays puts into words what delv says.
func delvSays(t *testing.T, text string) outcome {
	t.Helper()
	out := outcome{Rcode: "NOERROR", Security: "secure", Answers: records(t, text)}
	switch {
	case strings.Contains(text, "resolution failed: ncache nxdomain"):
		out.Rcode = "NXDOMAIN"
	case strings.Contains(text, "resolution failed: ncache nxrrset"):
	case strings.Contains(text, "resolution failed"):
		return outcome{Rcode: "SERVFAIL"}
	}
	if strings.Contains(text, "unsigned answer") {
		out.Security = "insecure"
	}
	return out
}

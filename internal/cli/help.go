package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"fetchscope/internal/demo"
	"fetchscope/internal/term"
)

const helpHead = `fetchscope fetches a URL in six steps and shows what truly happened in each.

  fetchscope [options] URL ...           fetch each URL
  fetchscope resolve [options] NAME ... [TYPE ...]
                                         step 1 alone: ask the DNS
  fetchscope render [options] [FILE | -] step 5 alone: HTML to text
  fetchscope demo [options] [PATH ...]   the six steps against an internet on loopback
  fetchscope show [options] FILE [FILE]  a stored trace again; two of them side by side

`

// commandHeads say of a command what its options do not.
var commandHeads = map[string]string{"resolve": `fetchscope resolve [options] NAME ... [TYPE ...]

A word that names a record type (A, MX, TYPE65) is a type, in either case; any other is
a name. Each name is asked for each type, or for A and AAAA where there is none (for A
alone with --format). A final dot keeps a name from being taken for a type, and from
being searched for. An address stands for its name under in-addr.arpa or ip6.arpa,
which is asked for PTR.

stdout has the records: NAME TTL TYPE DATA, and nothing where there are none. stderr
has the way to them: a line for each server that was asked (✓ the zone's keys were
validated, ! it failed, ✗ the zone is bogus), the chain of keys, who says that there is
nothing, and where the time went. --view full has every query by itself.

Status: 0 also where there are no such records; 6 where the name does not exist, no
server could answer, or the answer is bogus; 28 after a time-out; 3 for what cannot be
a name. Of several questions the last that failed decides.

  fetchscope resolve example.com                       A and AAAA
  fetchscope resolve example.com example.org MX TXT    two names, two types
  fetchscope resolve 192.0.2.1                         the name of an address
  fetchscope resolve --iterate --dnssec example.com    from the root, with proofs
  fetchscope resolve --server 9.9.9.9 -s example.com   the records alone

`, "show": `fetchscope show [options] FILE [FILE]

A trace that was stored by --format json, jsonl or har, again, on stdout: as any --view,
or in another --format. - is stdin. Nothing is fetched. Of two files, each with one
fetch, the phases are set side by side, with what differs.

  fetchscope -s --format json https://example.com/ > before.json
  fetchscope show before.json                          what one would have seen
  fetchscope show --view ladder before.json            another view of it
  fetchscope show --format har before.json             another program's format
  fetchscope show before.json after.json               what has changed

`}

// help shows the options, or those of one category.
func (p *program) help(command string, words []string) error {
	columns := p.out.Columns
	switch {
	case command != "":
		return p.helpOn(command, columns)
	case len(words) > 0:
		return p.helpOn(words[0], columns)
	}
	if _, err := io.WriteString(p.stdout, helpHead); err != nil {
		return err
	}
	for _, c := range categories {
		if err := writeOptions(p.stdout, c, columns); err != nil {
			return err
		}
	}
	return nil
}

// demoHead says of the demo what its options do not: what its faults are.
func demoHead() string {
	var b strings.Builder
	b.WriteString(`fetchscope demo [options] [PATH ...]

The six steps against an internet inside this machine: a root, name servers, a
resolver, an origin with certificates. PATH is a page of the origin (/); /close,
/late, /crossing and /reset end the connection in other ways.

  fetchscope demo --iterate --dnssec          its names, from the root, with proofs
  fetchscope demo --fault expired             something is wrong with it, see below
  fetchscope demo --lab --drop last-ack       two networks, and a link that loses packets
  fetchscope demo --serve                     for any client, until it is interrupted

Faults
`)
	for _, f := range demo.Faults {
		fmt.Fprintf(&b, "  %-18s%s\n", f.Name, f.Means)
	}
	b.WriteString("\n")
	return b.String()
}

// helpAt is the column at which the explanations begin.
const helpAt = 30

func writeOptions(w io.Writer, category string, columns int) error {
	return writeChosen(w, category, columns, func(*option) bool { return true })
}

// helpOn shows the options of a category, or those that a command takes.
func (p *program) helpOn(word string, columns int) error {
	if slices.Contains(categories, word) && word != "demo" {
		return writeOptions(p.stdout, word, columns)
	}
	if _, known := commands[word]; !known {
		return usage(fmt.Sprintf("there is no help on %q", word), "categories: "+strings.Join(categories, ", ")+"; commands: demo, render, resolve, show")
	}
	head := commandHeads[word]
	if word == "demo" {
		head = demoHead()
	}
	if _, err := io.WriteString(p.stdout, head); err != nil {
		return err
	}
	for _, c := range categories {
		takes := func(o *option) bool { return slices.Contains(o.commands(), word) }
		if err := writeChosen(p.stdout, c, columns, takes); err != nil {
			return err
		}
	}
	return nil
}

func writeChosen(w io.Writer, category string, columns int, chosen func(*option) bool) error {
	var b strings.Builder
	for _, o := range options {
		if o.category == category && chosen(&o) {
			b.WriteString(helpLine(&o, columns))
		}
	}
	if b.Len() == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(w, "%s\n", strings.ToUpper(category[:1])+category[1:]); err != nil {
		return err
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func helpLine(o *option, columns int) string {
	left := "  " + flagText(o)
	if term.Width(left) >= helpAt-1 {
		left += "\n" + strings.Repeat(" ", helpAt)
	} else {
		left = term.Pad(left, helpAt)
	}
	indent := "\n" + strings.Repeat(" ", helpAt)
	return left + strings.Join(wrap(o.help, max(columns-helpAt, 30)), indent) + "\n"
}

// flagText writes an option as it is typed.
func flagText(o *option) string {
	s := "    "
	if o.short != "" {
		s = "-" + o.short + ", "
	}
	s += "--" + o.long
	if o.arg != "" {
		s += " " + o.arg
	}
	return s
}

func wrap(s string, columns int) []string {
	var lines []string
	line := ""
	for w := range strings.FieldsSeq(s) {
		if line != "" && len(line)+1+len(w) > columns {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(lines, line)
}

// OptionTable writes the options as README lists them.
func OptionTable() string {
	var b strings.Builder
	b.WriteString("| option | meaning |\n|---|---|\n")
	for _, c := range categories {
		for _, o := range options {
			if o.category == c {
				fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(strings.TrimSpace(flagText(&o)), "|", "\\|"), strings.ReplaceAll(o.help, "|", "\\|"))
			}
		}
	}
	return b.String()
}

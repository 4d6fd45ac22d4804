package writeout

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fetchscope/trace"
)

// A value is one as text and in JSON.
type value struct{ text, json string }

// null is a value that there is not.
var null = value{"", "null"}

func text(s string) value { return value{s, quote(s)} }

// optional is a text that may be missing.
func optional(s string) value {
	if s == "" {
		return null
	}
	return text(s)
}

func number(n int64) value {
	s := strconv.FormatInt(n, 10)
	return value{s, s}
}

func flag(b bool) value {
	if b {
		return number(1)
	}
	return number(0)
}

// code is a status, which has three digits as text.
func code(n int) value { return value{fmt.Sprintf("%03d", n), strconv.Itoa(n)} }

func seconds(t trace.Time) value {
	us := max(t, 0) / 1000
	s := fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
	return value{s, s}
}

// quote makes a JSON string of bytes from anywhere.
func quote(s string) string {
	var b bytes.Buffer
	_ = trace.WriteJSON(&b, trace.Text(s), false) // to memory, of a string
	return strings.TrimSuffix(b.String(), "\n")
}

// json is an object of all variables in alphabetical order; curl's own key for the
// program's version comes last, as there.
func (v *view) json() string {
	table := variables()
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteByte('{')
	for _, name := range names {
		fmt.Fprintf(&b, "%q:%s,", name, table[name](v).json)
	}
	fmt.Fprintf(&b, "\"curl_version\":%s}", quote(v.t.Version))
	return b.String()
}

// headerJSON is an object of the last response's fields, by their names in small letters
// and in the order of their first; each is a list of values.
func (v *view) headerJSON() string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, f := range v.head() {
		name := strings.ToLower(f[0])
		if seen[name] {
			continue
		}
		if len(seen) > 0 {
			b.WriteString(",\n")
		}
		seen[name] = true
		var values []string
		for _, other := range v.head() {
			if strings.EqualFold(other[0], name) {
				values = append(values, quote(other[1]))
			}
		}
		fmt.Fprintf(&b, "%s:[%s]", quote(name), strings.Join(values, ","))
	}
	return "{" + b.String() + "\n}"
}

// header is the value of a field, or all of them.
func (v *view) header(i item) string {
	heads := v.t.Heads
	if !i.all {
		heads = heads[max(len(heads)-1, 0):]
	}
	var values []string
	for _, head := range heads {
		for _, f := range head {
			if strings.EqualFold(f[0], i.text) {
				values = append(values, f[1])
			}
		}
	}
	if !i.all {
		values = values[:min(len(values), 1)]
	}
	return strings.Join(values, i.between)
}

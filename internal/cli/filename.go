package cli

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// dispositionName is the file's name that Content-Disposition has (RFC 6266), made safe;
// "" without one. As with curl it is the parameter filename that counts, not filename*.
func dispositionName(values []string) string {
	for _, v := range values {
		if name, ok := filenameOf(v); ok {
			return safeName(name)
		}
	}
	return ""
}

// filenameOf finds the parameter filename. The disposition's type may be missing before it.
func filenameOf(v string) (name string, ok bool) {
	for v != "" {
		v = strings.TrimLeft(v, "; \t")
		word := v[:len(v)-len(strings.TrimLeftFunc(v, func(r rune) bool { return r != ';' && r != '=' }))]
		v = v[len(word):]
		if !strings.HasPrefix(v, "=") {
			continue
		}
		var value string
		value, v = parameterValue(strings.TrimLeft(v[1:], " \t"))
		if strings.EqualFold(strings.TrimSpace(word), "filename") {
			return value, true
		}
	}
	return "", false
}

// parameterValue reads a token or a quoted string (RFC 9110, section 5.6.4), whose quote
// may be the single one that some servers write.
func parameterValue(v string) (value, rest string) {
	if v == "" || v[0] != '"' && v[0] != '\'' {
		value, rest, _ = strings.Cut(v, ";")
		return strings.TrimRight(value, " \t"), rest
	}
	var b strings.Builder
	for i := 1; i < len(v); i++ {
		switch {
		case v[i] == v[0]:
			return b.String(), v[i+1:]
		case v[i] == '\\' && i+1 < len(v) && (v[i+1] == '"' || v[i+1] == '\\'):
			i++
			b.WriteByte(v[i])
		default:
			b.WriteByte(v[i])
		}
	}
	return b.String(), ""
}

// maxName is how long a name may be in every file system in use.
const maxName = 255

// keptSuffix is how much of a longer name's end is kept, for what kind of file it is.
const keptSuffix = 16

// safeName makes of what a server says a name in this folder that shows: no path, no dot
// file, nothing that a terminal or another system takes for something else. "" is no name.
func safeName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r == ':' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimSpace(name), ". ") // which Windows leaves out
	if name == "" {
		return ""
	}
	if name[0] == '.' || name[0] == '-' || name[0] == '~' || device(name) {
		name = "_" + name
	}
	return shortened(name)
}

// devices are names that Windows takes for one, whatever their suffix.
var devices = []string{
	"CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
	"LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
}

func device(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	return slices.Contains(devices, strings.ToUpper(strings.TrimSpace(base)))
}

// shortened cuts a name that is too long in its middle, between characters.
func shortened(name string) string {
	if len(name) <= maxName {
		return name
	}
	begin, end := maxName-keptSuffix, len(name)-keptSuffix
	for begin > 0 && !utf8.RuneStart(name[begin]) {
		begin--
	}
	for end < len(name) && !utf8.RuneStart(name[end]) {
		end++
	}
	return name[:begin] + name[end:]
}

package weburl

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Punycode takes time in the square of a label's length, and the standard sets
// no bound to that length. DNS does: a label of more than 63 bytes has no
// address. These are far above it, and keep a megabyte of hostile labels under
// a second or two.
const (
	maxEncodeRunes = 256  // Unicode label to be encoded
	maxDecodeBytes = 1024 // "xn--" label to be decoded
)

// domainToASCII is the domain parser with beStrict false, up to the check for
// forbidden code points. An ASCII domain is only put in lower case, whatever
// its "xn--" labels hold; the web depends on it.
func domainToASCII(domain string) (string, bool) {
	if isASCII(domain) {
		return strings.ToLower(domain), true
	}
	return unicodeToASCII(domain)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// profiles are made with the first domain that needs them.
var profiles struct {
	once            sync.Once
	mapper, checker *idna.Profile
}

func makeProfiles() {
	profiles.mapper = idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.ValidateLabels(false))
	profiles.checker = idna.New(idna.ValidateForRegistration(), idna.StrictDomainName(false),
		idna.CheckHyphens(false), idna.VerifyDNSLength(false))
}

// mapper does the mapping step of UTS #46 (section 4, steps 1 and 2) alone.
func mapper() *idna.Profile {
	profiles.once.Do(makeProfiles)
	return profiles.mapper
}

// checker validates labels (UTS #46, section 4.1) without mapping anything, and
// encodes them.
func checker() *idna.Profile {
	profiles.once.Do(makeProfiles)
	return profiles.checker
}

// unicodeToASCII is Unicode ToASCII of UTS #46 with CheckBidi and CheckJoiners
// true; CheckHyphens, UseSTD3ASCIIRules, Transitional_Processing, VerifyDnsLength
// and IgnoreInvalidPunycode false.
//
// One idna profile could do it all, but is laxer than the rules in that it takes
// an empty "xn--" label and non-ASCII before the last hyphen of one, and
// stricter in that a label of symbols written "xn--" makes the whole domain
// answer to the Bidi rule. Hence three steps: map, decode, check.
func unicodeToASCII(domain string) (string, bool) {
	mapped, err := mapper().ToUnicode(prepare(domain))
	if err != nil {
		return "", false
	}
	labels := strings.Split(mapped, ".")
	for i, label := range labels {
		label, guarded := strings.CutPrefix(label, guard)
		u, ok := decodeLabel(label)
		if !guarded || !ok {
			return "", false
		}
		labels[i] = u
	}
	ascii, err := checker().ToASCII(strings.Join(labels, "."))
	return ascii, err == nil
}

// guard stands before each label while it is mapped. It keeps idna from seeing
// the "xn--" that it would decode there and then.
const guard = "-"

// prepare applies the mappings that idna's tables lack, and puts the guard
// before each label.
func prepare(domain string) string {
	var b strings.Builder
	b.Grow(len(domain) + 8)
	b.WriteString(guard)
	for _, r := range domain {
		if r = mapNewer(r); r < 0 {
			continue
		}
		b.WriteRune(r)
		switch r {
		case '.', '\u3002', '\uff0e', '\uff61': // all of them are mapped to a full stop
			b.WriteString(guard)
		}
	}
	return b.String()
}

// mapNewer is the mapping of UTS #46 for characters that Unicode 15.0 has but
// whose status changed up to 17.0. With Go before 1.27, x/net/idna uses the
// tables of 15.0. It returns -1 for a character that is ignored.
func mapNewer(r rune) rune {
	switch {
	case r < 0x4C0:
		return r
	case '\u10A0' <= r && r <= '\u10C5': // Georgian capitals
		return r - '\u10A0' + '\u2D00'
	case '\u2061' <= r && r <= '\u2063', '\u206A' <= r && r <= '\u206F',
		'\U0001D173' <= r && r <= '\U0001D17A': // invisible format characters
		return -1
	}
	switch r {
	case '\u115F', '\u1160', '\u17B4', '\u17B5', '\u180E', '\u3164', '\uFFA0': // blank letters
		return -1
	case '\u04C0':
		return '\u04CF'
	case '\u1E9E': // capital sharp s, which was "ss"
		return '\u00DF'
	case '\u2132':
		return '\u214E'
	case '\u2183':
		return '\u2184'
	}
	return mapIdeograph(r)
}

// mapIdeograph maps the five compatibility ideographs whose decomposition
// Unicode corrected once.
func mapIdeograph(r rune) rune {
	switch r {
	case '\U0002F868':
		return '\u36FC'
	case '\U0002F874':
		return '\u5F53'
	case '\U0002F91F':
		return '\U000243AB'
	case '\U0002F95F':
		return '\u7AEE'
	case '\U0002F9BF':
		return '\u45D7'
	}
	return r
}

const acePrefix = "xn--"

// decodeLabel returns a mapped label with its Punycode decoded (UTS #46, section
// 4, step 4).
func decodeLabel(label string) (string, bool) {
	if !strings.HasPrefix(label, acePrefix) {
		return label, isASCII(label) || utf8.RuneCountInString(label) <= maxEncodeRunes
	}
	if len(label) > maxDecodeBytes || !isASCII(label) {
		return "", false
	}
	u, err := idna.Punycode.ToUnicode(label)
	// Section 4.1, item 4: what was decoded must not look encoded again.
	return u, err == nil && !isASCII(u) && !strings.HasPrefix(u, acePrefix)
}

package layout

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"fetchscope/render/style"
)

// ordinal writes a number in the way of a list (CSS Counter Styles 3, sections 6 and 7).
// What a way has no sign for is written in decimal numbers.
func ordinal(i int, m style.Marker) string {
	switch {
	case m >= style.Arabic:
		return digits(i, m)
	case m == style.DecimalZero && i > -10 && i < 10:
		return strings.Replace("0"+strconv.Itoa(i), "0-", "-0", 1)
	case i <= 0:
	case m == style.LowerAlpha:
		return alphabetic(i)
	case m == style.UpperAlpha:
		return strings.ToUpper(alphabetic(i))
	case m == style.LowerRoman && i < 4000:
		return additive(i, romans)
	case m == style.UpperRoman && i < 4000:
		return strings.ToUpper(additive(i, romans))
	case m == style.Armenian && i < 10000:
		return strings.ToUpper(additive(i, armenians))
	case m == style.LowerArmenian && i < 10000:
		return additive(i, armenians)
	case m == style.Georgian && i < 20000:
		return additive(i, georgians)
	case m == style.Hebrew && i < 11000:
		return additive(i, hebrews)
	case m >= style.LowerGreek:
		return lettered(i, m)
	}
	return strconv.Itoa(i)
}

// romans and those behind it are signs with what they count, from the largest on.
const (
	romans    = "1000 m 900 cm 500 d 400 cd 100 c 90 xc 50 l 40 xl 10 x 9 ix 5 v 4 iv 1 i"
	armenians = "9000 ք 8000 փ 7000 ւ 6000 ց 5000 ր 4000 տ 3000 վ 2000 ս 1000 ռ 900 ջ 800 պ 700 չ 600 ո 500 շ 400 ն " +
		"300 յ 200 մ 100 ճ 90 ղ 80 ձ 70 հ 60 կ 50 ծ 40 խ 30 լ 20 ի 10 ժ 9 թ 8 ը 7 է 6 զ 5 ե 4 դ 3 գ 2 բ 1 ա"
	georgians = "10000 ჵ 9000 ჰ 8000 ჯ 7000 ჴ 6000 ხ 5000 ჭ 4000 წ 3000 ძ 2000 ც 1000 ჩ 900 შ 800 ყ 700 ღ 600 ქ 500 ფ " +
		"400 ჳ 300 ტ 200 ს 100 რ 90 ჟ 80 პ 70 ო 60 ჲ 50 ნ 40 მ 30 ლ 20 კ 10 ი 9 თ 8 ჱ 7 ზ 6 ვ 5 ე 4 დ 3 გ 2 ბ 1 ა"
	hebrews = "10000 י׳ 9000 ט׳ 8000 ח׳ 7000 ז׳ 6000 ו׳ 5000 ה׳ 4000 ד׳ 3000 ג׳ 2000 ב׳ 1000 א׳ 400 ת 300 ש 200 ר 100 ק " +
		"90 צ 80 פ 70 ע 60 ס 50 נ 40 מ 30 ל 20 כ 19 יט 18 יח 17 יז 16 טז 15 טו 10 י 9 ט 8 ח 7 ז 6 ו 5 ה 4 ד 3 ג 2 ב 1 א"
)

// additive writes a number as a sum of signs.
func additive(i int, signs string) string {
	var out strings.Builder
	for signs != "" && i > 0 {
		var value, sign string
		value, signs, _ = strings.Cut(signs, " ")
		sign, signs, _ = strings.Cut(signs, " ")
		v, _ := strconv.Atoi(value)
		for ; i >= v; i -= v {
			out.WriteString(sign)
		}
	}
	return out.String()
}

// lettersOf returns the letters that a marker counts by, or none.
func lettersOf(m style.Marker) string {
	switch m {
	case style.LowerGreek:
		return "αβγδεζηθικλμνξοπρστυφχψω"
	case style.Hiragana:
		return "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん"
	case style.HiraganaIroha:
		return "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす"
	case style.Katakana:
		return "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヰヱヲン"
	case style.KatakanaIroha:
		return "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
	case style.CJKStem:
		return "甲乙丙丁戊己庚辛壬癸"
	case style.CJKBranch:
		return "子丑寅卯辰巳午未申酉戌亥"
	}
	return ""
}

// lettered counts by letters that are given, as alphabetic does; the stems and branches
// of the calendar end with their last.
func lettered(i int, m style.Marker) string {
	set := []rune(lettersOf(m))
	fixed := m == style.CJKStem || m == style.CJKBranch
	if len(set) == 0 || fixed && i > len(set) {
		return strconv.Itoa(i)
	}
	var out []rune
	for ; i > 0; i = (i - 1) / len(set) {
		out = append([]rune{set[(i-1)%len(set)]}, out...)
	}
	return string(out)
}

// zeros are the digits 0 of the markers from Arabic on; the others follow each of them,
// but for those of Chinese.
var zeros = [...]rune{
	0x660, 0x9E6, 0x17E0, 0x3007, 0x966, 0xAE6, 0xA66, 0xCE6, 0xED0, 0xD66, 0x1810, 0x1040,
	0xB66, 0x6F0, 0xBE6, 0xC66, 0xE50, 0xF20,
}

// digits writes a decimal number with the digits of a script.
func digits(i int, m style.Marker) string {
	zero := zeros[m-style.Arabic]
	var out []byte
	for _, c := range strconv.Itoa(i) {
		switch {
		case c == '-':
			out = append(out, '-')
		case m == style.CJKDecimal:
			out = utf8.AppendRune(out, []rune("〇一二三四五六七八九")[c-'0'])
		default:
			out = utf8.AppendRune(out, zero+c-'0')
		}
	}
	return string(out)
}

// alphabetic counts a to z, aa, ab.
func alphabetic(i int) string {
	var d [8]byte // 26⁷ is more than 31 bits
	at := len(d)
	for ; i > 0; i = (i - 1) / 26 {
		at--
		d[at] = 'a' + byte((i-1)%26)
	}
	return string(d[at:])
}

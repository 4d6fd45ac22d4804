package render

import (
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	far := strings.Repeat("<link rel=preload href=/a/rather/long/address.css>\n", 80)
	for _, c := range []struct {
		name, page, contentType string
		want                    charset
	}{
		{"nothing", "<p>plain", "", charset{"windows-1252", "default"}},
		{"letters that are UTF-8", "<p>é", "", charset{"utf-8", "content"}},
		{"letters that are not", "<p>\xe9", "", charset{"windows-1252", "default"}},
		{"UTF-8 cut in a letter", "<p>é\xc3", "", charset{"utf-8", "content"}},
		{"mark wins over all", "\xef\xbb\xbf<meta charset=koi8-r>", "text/html; charset=big5", charset{"utf-8", "bom"}},
		{"UTF-16", "\xff\xfea\x00", "", charset{"utf-16le", "bom"}},
		{"transport wins over meta", "<meta charset=koi8-r>", "text/html; charset=\"Shift_JIS\"", charset{"shift_jis", "transport"}},
		{"transport with an unknown name", "<meta charset=koi8-r>", "text/html; charset=x-none", charset{"koi8-r", "meta"}},
		{"meta", "<meta charset=' EUC-JP '>", "", charset{"euc-jp", "meta"}},
		{"old meta", `<META content="text/html; charset=windows-1250" http-equiv=content-type>`, "", charset{"windows-1250", "meta"}},
		{"old meta that is something else", `<meta http-equiv=refresh content="0; charset=koi8-r">`, "", charset{"windows-1252", "default"}},
		{"meta in a comment", "<!-- <meta charset=koi8-r> --><meta charset=utf-8>", "", charset{"utf-8", "meta"}},
		{"meta in a script", "<script>'<meta charset=koi8-r>'</script><meta charset=utf-8>", "", charset{"utf-8", "meta"}},
		{"meta late in the head", far + "<meta charset=koi8-r>", "", charset{"koi8-r", "meta"}},
		{"meta in the body", far + "<body><meta charset=koi8-r>", "", charset{"windows-1252", "default"}},
		{"meta that says UTF-16", "<meta charset=utf-16>", "", charset{"utf-8", "meta"}},
		{"Latin 1 is Windows'", "<meta charset=iso-8859-1>", "", charset{"windows-1252", "meta"}},
		{"an XML declaration", "<?xml version='1.0' encoding = 'EUC-JP'?><p>", "", charset{"euc-jp", "meta"}},
		{"meta wins over it", "<?xml version='1.0' encoding='EUC-JP'?><meta charset=koi8-r>", "", charset{"koi8-r", "meta"}},
		{"an XML declaration in UTF-16", "<\x00?\x00x\x00m\x00", "", charset{"utf-16le", "meta"}},
		{"an XML declaration without", "<?xml version='1.0'?><p encoding='koi8-r'>", "", charset{"windows-1252", "default"}},
		{"transport that is malformed", "", "text/\xfc\xfc\xfchtml; charset4 charset = 'shift_jis' x", charset{"shift_jis", "transport"}},
		{"x-user-defined only from without", "<meta charset=x-user-defined>", "", charset{"windows-1252", "meta"}},
		{"x-user-defined from without", "", "text/html;charset=x-user-defined", charset{"x-user-defined", "transport"}},
		{"ASCII as well", "<meta charset=us-ascii>", "", charset{"windows-1252", "meta"}},
	} {
		if got := detect([]byte(c.page), c.contentType); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"utf-8", "a\xffb\xe4\xb8c", "a�b�c"},
		{"utf-8", "\xef\xbb\xbfa", "a"},
		{"windows-1252", "\x93q\x94 \x80", "“q” €"},
		{"utf-16le", "\xff\xfea\x00\xd8\xe9", "a\ue9d8"},
		{"utf-16be", "\xd8\x00\x00a", "�a"},
		{"gbk", "\xd6\xd0\xce\xc4", "中文"},
		{"shift_jis", "\x93\xfa\x96\x7b", "日本"},
		{"koi8-r", "\xc4\xc1", "да"},
	} {
		if got := string(decode([]byte(c.in), c.name)); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// Every name has a decoder of its own, but for those that share one.
func TestEncodings(t *testing.T) {
	var every []byte
	for a := 0x80; a <= 0xFF; a++ {
		every = append(every, byte(a), 0xA4, '\n')
	}
	seen := map[string]string{}
	for line := range strings.Lines(labels) {
		f := strings.Fields(line)
		if len(f) == 0 || line[0] == ' ' {
			continue
		}
		text := string(decode(every, f[0]))
		if other, ok := seen[text]; ok && f[0] != "gb18030" && f[0] != "iso-8859-8-i" && f[0] != "replacement" {
			t.Errorf("%s and %s have one decoder", f[0], other)
		}
		seen[text] = f[0]
		if got := encodingName(" " + strings.ToUpper(f[len(f)-1]) + "\n"); got != f[0] {
			t.Errorf("label %s: got %q, want %s", f[len(f)-1], got, f[0])
		}
	}
}

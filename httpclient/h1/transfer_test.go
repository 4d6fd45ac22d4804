package h1

import (
	"strings"
	"testing"

	"fetchscope/httpclient"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// asking is a request with a TE, and raw or not.
func asking(te string, raw bool) *httpclient.Request {
	req := request("GET")
	req.Raw = raw
	if te != "" {
		req.Header = append(req.Header, httpclient.Field{Name: "TE", Value: te})
	}
	return req
}

func coded(codings, body string) string {
	return ok + "Transfer-Encoding: " + codings + "\r\n\r\n" + body
}

func TestTransferCodings(t *testing.T) {
	const chunks = "2\r\nzi\r\n1\r\np\r\n0\r\n\r\n"
	for _, tt := range []struct {
		name, te, raw string
		codings       []string
		body          string
		persistent    bool
		fails         verdict
	}{
		{"gzip and chunked", "gzip", coded("gzip, chunked", chunks), []string{"gzip"}, "zip", true, verdict{}},
		{"in capitals", "GZIP", coded("X-Gzip, CHUNKED", chunks), []string{"X-Gzip"}, "zip", true, verdict{}},
		{"in two fields", "gzip", coded("deflate\r\nTransfer-Encoding: gzip, chunked", chunks), []string{"deflate", "gzip"}, "zip", true, verdict{}},
		{"another than asked for", "gzip", coded("deflate, chunked", chunks), []string{"deflate"}, "zip", true, verdict{}},
		{"ended by the close", "gzip", coded("gzip", "zip"), []string{"gzip"}, "zip", false, verdict{}},
		{"five of them", "gzip", coded("gzip, gzip, gzip, gzip, gzip, chunked", chunks), []string{"gzip", "gzip", "gzip", "gzip", "gzip"}, "zip", true, verdict{}},
		{"six of them", "gzip", coded("gzip, gzip, gzip, gzip, gzip, gzip, chunked", chunks), nil, "", false, badCoding},
		{"not asked for", "", coded("gzip, chunked", chunks), nil, "", false, badCoding},
		{"trailers alone asked for", "trailers", coded("gzip, chunked", chunks), nil, "", false, badCoding},
		{"chunked before another", "gzip", coded("chunked, gzip", chunks), nil, "", false, badCoding},
		{"chunked twice", "gzip", coded("chunked, chunked", chunks), nil, "", false, badCoding},
		{"unknown", "gzip", coded("br, chunked", chunks), nil, "", false, badCoding},
		{"with a parameter", "gzip", coded("gzip;q=1, chunked", chunks), nil, "", false, badCoding},
		{"empty", "gzip", coded("", chunks), nil, "", false, badCoding},
		{"many", "gzip", coded(strings.Repeat("gzip, ", 1000)+"chunked", chunks), nil, "", false, badCoding},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := newScriptConn([]byte(tt.raw))
			resp, err := Exchange(t.Context(), nil, conn, asking(tt.te, false), nil)
			if err != nil {
				if got := verdictOf(t, err); got != tt.fails || len(err.Error()) > 200 {
					t.Errorf("%.200q: %+v (%v), want %+v", tt.raw, got, err, tt.fails)
				}
				return
			}
			body, err := readAll(t, resp.Body, 4096)
			if diff := cmp.Diff(tt.codings, resp.TransferCodings, cmpopts.EquateEmpty()); diff != "" || string(body) != tt.body || err != nil || tt.fails != (verdict{}) {
				t.Errorf("%q: body %q, %v, codings (-want +got):\n%s", tt.raw, body, err, diff)
			}
			if resp.Persistent() != tt.persistent {
				t.Errorf("%q: persistent is %t", tt.raw, !tt.persistent)
			}
		})
	}
}

// Raw, the chunks come as they are, and end where they end.
func TestRawChunks(t *testing.T) {
	for _, tt := range []struct {
		name, body, want string
		persistent       bool
		fails            verdict
	}{
		{"chunks", "5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", true, verdict{}},
		{"extensions and trailers", "2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\n", "2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\n", true, verdict{}},
		{"more behind", "0\r\n\r\nHTTP/1.1 200 OK", "0\r\n\r\n", false, verdict{}},
		{"cut in the data", "5\r\nhel", "5\r\nhel", false, cutShort},
		{"cut before the last chunk", "2\r\nhi\r\n", "2\r\nhi\r\n", false, cutShort},
		{"no size", "2\r\nhi\r\nx", "2\r\nhi\r\n", false, wrongSize},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := coded("chunked", tt.body)
			for how, portions := range portionings([]byte(raw)) {
				for _, size := range []int{1, 4096} {
					o := fetch(t, newScriptConn(portions...), asking("", true), size)
					got, _ := strings.CutSuffix(string(o.Body), "x") // what is wrong may be there
					if got != tt.want || o.Verdict != tt.fails || tt.persistent && !o.Persistent {
						t.Errorf("%q, %s, read by %d: %q, %+v, persistent %t; want %q, %+v", raw, how, size, o.Body, o.Verdict, o.Persistent, tt.want, tt.fails)
					}
				}
			}
		})
	}
}

package likecurl

// A command is a command line. In its words {http} and {https} are the beginnings of the
// server's URLs, {address} its address, {port} and {tlsport} its ports, {ca} the file of
// its authority, {nginx} the beginning of nginx's URLs and {closed} an address where nobody
// listens.
type command struct {
	name  string
	args  []string
	stdin string
	files map[string]string
	nginx bool
	// fails says that the exit status is not to be 0.
	fails bool
	// even takes out of both outcomes what may differ; each has the reason beside it.
	even func(*outcome)
}

// commands are sorted by what they are about.
var commands = []command{
	{name: "GET", args: []string{"{http}/file.txt"}},
	{name: "GET by TLS", args: []string{"--cacert", "{ca}", "{https}/file.txt"}},
	{name: "GET of nginx", nginx: true, args: []string{"{nginx}/text.txt"}},
	{name: "two URLs, one connection", args: []string{"{http}/hello", "{http}/file.txt"}},
	{name: "a method", args: []string{"-X", "OPTIONS", "{http}/dir/x"}},
	{name: "HTTP/1.0", args: []string{"-0", "{http}/hello"}},
	{name: "fields", args: []string{"-H", "X-One: 1", "-H", "Accept:", "-H", "X-None;", "-e", "http://before.test/", "{http}/hello"}},
	{name: "a path as it is", args: []string{"--path-as-is", "{http}/dir/../hello"}},
	{name: "a path made short", args: []string{"{http}/dir/./x/../hello"}},
	{name: "a target", args: []string{"--request-target", "/hello?x", "{http}/file.txt"}},
	{name: "a query", args: []string{"--url-query", "a=b c", "{http}/dir/q?first"}},

	{name: "head alone", args: []string{"-I", "{http}/file.txt"}},
	{name: "head before the body", args: []string{"-i", "{http}/fields"}},
	{name: "heads of redirects", args: []string{"-i", "-L", "{http}/to/302/hello"}},
	{name: "heads in a file", args: []string{"-D", "heads", "-o", "body", "{http}/fields"}},
	{name: "heads on stdout", args: []string{"-D", "-", "{http}/chunks"}},

	{name: "data", args: []string{"-d", "a=1", "-d", "b=2", "{http}/dir/x"}},
	{name: "data of a file", args: []string{"-d", "@data", "{http}/dir/x"}, files: map[string]string{"data": "one\r\ntwo\nthree"}},
	{name: "data of stdin", args: []string{"--data-binary", "@-", "{http}/dir/x"}, stdin: "one\ntwo\n"},
	{name: "data as it is", args: []string{"--data-raw", "@no file", "{http}/dir/x"}},
	{name: "data encoded", args: []string{"--data-urlencode", "name=a b&c/d", "--data-urlencode", "=x=y", "--data-urlencode", "file@data", "{http}/dir/x"}, files: map[string]string{"data": "ü\n"}},
	{name: "JSON", args: []string{"--json", `{"a":`, "--json", `1}`, "{http}/dir/x"}},
	{name: "data in the query", args: []string{"-G", "-d", "a=1", "-d", "b=2", "{http}/dir/x?q"}},
	{name: "a form", args: []string{"-F", "name=value", "-F", "file=@data;type=text/plain", "-F", "text=<data", "{http}/dir/x"}, files: map[string]string{"data": "content\n"}, even: boundaries},
	{name: "an upload", args: []string{"-T", "data", "{http}/dir/"}, files: map[string]string{"data": "content\n"}, even: leave},
	{name: "an upload of stdin", args: []string{"-T", "-", "{http}/dir/x"}, stdin: "content\n", even: leave},
	{name: "a large upload with leave", args: []string{"-T", "data", "{http}/dir/x"}, files: map[string]string{"data": large}},

	{name: "a range", args: []string{"-r", "10-19", "{http}/file.txt"}},
	{name: "several ranges of nginx", nginx: true, args: []string{"-r", "0-9,100-109", "{nginx}/text.txt"}, even: boundaries},
	{name: "resumed", args: []string{"-C", "-", "-o", "file", "{http}/file.txt"}, files: map[string]string{"file": text[:1000]}},
	{name: "resumed when all is there", args: []string{"-C", "-", "-o", "file", "{http}/file.txt"}, files: map[string]string{"file": text}},
	{name: "resumed where there are no ranges", fails: true, args: []string{"-C", "5", "-o", "file", "{http}/whole"}, files: map[string]string{"file": text[:5]}},
	{name: "not changed since", args: []string{"-z", "1 Mar 2024", "-o", "body", "{http}/file.txt"}},
	{name: "changed since", args: []string{"-z", "1 Jan 2024", "{http}/file.txt"}},
	{name: "a tag saved", args: []string{"--etag-save", "tag", "-o", "body", "{http}/file.txt"}},
	{name: "a tag compared", args: []string{"--etag-compare", "tag", "-o", "body", "-w", "%{http_code}", "{http}/file.txt"}, files: map[string]string{"tag": "\"v1\"\n"}},
	{name: "compressed", args: []string{"--compressed", "{http}/gzip"}, even: codings},
	{name: "compressed, as it is", args: []string{"-H", "Accept-Encoding: gzip", "{http}/gzip"}},
	{name: "a transfer coding", args: []string{"--tr-encoding", "{http}/hello"}, even: orders},
	{name: "raw chunks", args: []string{"--raw", "{http}/chunks"}},

	{name: "a file named as in the URL", args: []string{"-O", "{http}/file.txt?query"}},
	{name: "a file named by the server", args: []string{"-O", "-J", "{http}/named"}},
	{name: "files in a new folder", args: []string{"--create-dirs", "--output-dir", "new/folder", "-O", "{http}/hello", "-o", "other", "{http}/file.txt"}},
	{name: "no file overwritten", args: []string{"--no-clobber", "-o", "file", "{http}/hello"}, files: map[string]string{"file": "mine"}},
	{name: "no file of a failure", fails: true, args: []string{"--remove-on-error", "-o", "file", "{http}/short"}},
	{name: "a file of nothing", args: []string{"-o", "file", "{http}/empty"}},
	{name: "all named as in their URLs", args: []string{"--remote-name-all", "{http}/hello", "{http}/file.txt"}},

	{name: "what is written out", args: []string{"-w", `\n%{http_code} %{response_code} %{method} %{scheme} %{http_version} %{content_type} %{size_download} %{size_header} %{size_request} %{num_connects} %{num_redirects} %{num_headers} %{urlnum} %{exitcode} %{remote_ip} %{remote_port} %{ssl_verify_result} %% %{nothing}\t%{filename_effective}|%{errormsg}|%{redirect_url}|%{url}|%{url_effective}|%{referer}|\n`, "-L", "{http}/to/301/fields"}, even: schemes},
	{name: "fields written out", args: []string{"-w", `%header{content-language} %header{x-two}|%header{none}|\n%{header_json}`, "-o", "body", "{http}/fields"}, even: emptyFields},
	{name: "written out of two", args: []string{"-w", "%{urlnum} %{num_connects} %{http_code}\n", "-o", "a", "-o", "b", "{http}/hello", "{http}/status/404"}},
	{name: "written out of a failure", fails: true, args: []string{"-w", "%{http_code} %{exitcode} %{size_download}%{onerror} failed\n", "{http}/short"}},
	{name: "a redirect that is not followed", args: []string{"-w", "%{redirect_url}", "{http}/to/302/hello?x=y"}},

	{name: "redirect of a GET", args: []string{"-L", "{http}/to/301/to/302/to/307/hello"}},
	{name: "redirect of a POST, 301", args: []string{"-L", "-d", "x", "{http}/to/301/dir/x"}},
	{name: "redirect of a POST, 303", args: []string{"-L", "-d", "x", "{http}/to/303/dir/x"}},
	{name: "redirect of a POST, 307", args: []string{"-L", "-d", "x", "{http}/to/307/dir/x"}},
	{name: "redirect of a POST, kept", args: []string{"-L", "--post302", "-d", "x", "{http}/to/302/dir/x"}},
	{name: "redirect with a method", args: []string{"-L", "-X", "PUT", "-d", "x", "{http}/to/302/dir/x"}},
	{name: "redirects that tell where from", args: []string{"-L", "-e", ";auto", "{http}/to/302/hello?x"}},
	{name: "too many redirects", fails: true, args: []string{"-L", "--max-redirs", "3", "{http}/loop"}},

	{name: "cookies sent", args: []string{"-b", "a=1; b=2", "{http}/hello"}},
	{name: "cookies kept", args: []string{"-c", "jar", "{http}/cookies", "{http}/hello", "{http}/elsewhere"}},
	{name: "cookies of a file", args: []string{"-b", "jar", "{http}/hello"}, files: map[string]string{"jar": "127.0.0.1\tFALSE\t/\tFALSE\t0\tname\tvalue\n127.0.0.1\tFALSE\t/other\tFALSE\t0\tother\tvalue\n"}},
	{name: "cookies of a redirect", args: []string{"-L", "-b", "", "{http}/cookies", "{http}/to/302/hello"}},

	{name: "basic", args: []string{"-u", "me:pass:word", "{http}/basic"}},
	{name: "basic in the URL", args: []string{"http://me:pass%3Aword@{address}/basic"}},
	{name: "basic refused", args: []string{"-u", "me:guess", "-w", "%{http_code}", "{http}/basic"}},
	{name: "login of a file", args: []string{"--netrc-file", "netrc", "{http}/basic"}, files: map[string]string{"netrc": "machine 127.0.0.1 login me password pass:word\n"}},
	{name: "login at the same host", args: []string{"-L", "-u", "me:pass:word", "{http}/to/302/basic"}},
	{name: "login kept from another host", args: []string{"-L", "-u", "me:pass:word", "--resolve", "*:{port}:127.0.0.1", "-w", "%{http_code} %{url_effective}", "http://a.test:{port}/away/b.test"}},
	{name: "login for another host", args: []string{"--location-trusted", "-u", "me:pass:word", "--resolve", "*:{port}:127.0.0.1", "http://a.test:{port}/away/b.test"}},
	{name: "fields kept from another host", args: []string{"-L", "-H", "Authorization: Basic x", "-H", "Cookie: c=1", "-H", "X-Other: 1", "--resolve", "*:{port}:127.0.0.1", "http://a.test:{port}/away/b.test"}},

	{name: "bearer", args: []string{"--oauth2-bearer", "token", "{http}/hello"}},
	{name: "digest", args: []string{"--digest", "-u", "me:word", "{http}/digest/SHA-256"}, even: nonces},
	{name: "digest of a POST", args: []string{"--digest", "-u", "me:word", "-d", "a=b", "{http}/digest/MD5"}, even: nonces},
	{name: "digest by session", args: []string{"--digest", "-u", "me:word", "{http}/digest/MD5-sess"}, even: nonces},
	{name: "digest for two", args: []string{"--digest", "-u", "me:word", "{http}/digest/MD5", "{http}/digest/MD5"}, even: nonces},
	{name: "any login, which is basic", args: []string{"--anyauth", "-u", "me:pass:word", "{http}/basic"}},
	{name: "any login, which is digest", args: []string{"--anyauth", "-u", "me:word", "{http}/digest/MD5"}, even: nonces},
	{name: "any login of an upload", args: []string{"--anyauth", "-u", "me:pass:word", "-T", "data", "{http}/basic"}, files: map[string]string{"data": "content\n"}, even: leave},
	{name: "any login that nobody wants", args: []string{"--anyauth", "-u", "me:pass:word", "{http}/hello"}},
	{name: "digest of a proxy", args: []string{"--proxy-digest", "-U", "me:word", "-x", "{http}", "http://there.test/proxydigest"}, even: nonces},

	{name: "a proxy", args: []string{"-x", "{http}", "http://there.test/hello"}},
	{name: "a proxy with a login", args: []string{"-x", "{http}", "-U", "me:word", "--proxy-header", "X-Proxy: 1", "http://there.test/hello"}},
	{name: "a tunnel", args: []string{"-p", "-x", "{http}", "-H", "X-End: 1", "{http}/hello"}},
	{name: "a tunnel for TLS", args: []string{"-x", "{http}", "--cacert", "{ca}", "{https}/hello"}, even: tunnelled},
	{name: "a tunnel refused", fails: true, args: []string{"-p", "-x", "{http}", "-U", "wrong:word", "{http}/hello"}, even: refusals},
	{name: "no proxy for this host", args: []string{"-x", "http://{closed}", "--noproxy", "127.0.0.1", "{http}/hello"}},
	{name: "a proxy that is not there", fails: true, args: []string{"-x", "http://{closed}", "{http}/hello"}},

	{name: "a proxy that knows no HTTP/1.1", args: []string{"--proxy1.0", "{address}", "-p", "{http}/hello"}},
	{name: "a proxy behind another", args: []string{"--preproxy", "socks5h://me:word@{socks}", "-x", "{http}", "http://there.test/hello"}, even: logins},
	{name: "SOCKS", args: []string{"-x", "socks5h://me:word@{socks}", "{http}/hello"}},

	{name: "an address for a name", args: []string{"--resolve", "a.test:{port}:127.0.0.1", "http://a.test:{port}/hello"}},
	{name: "a host for another", args: []string{"--connect-to", "a.test:80:127.0.0.1:{port}", "http://a.test/hello"}},
	{name: "from an address", args: []string{"--interface", "127.0.0.1", "{http}/hello"}},

	{name: "fail", fails: true, args: []string{"-f", "{http}/status/404"}},
	{name: "fail with body", fails: true, args: []string{"--fail-with-body", "{http}/status/500"}},
	{name: "fail, the last decides", args: []string{"-f", "{http}/status/404", "{http}/hello"}},
	{name: "fail early", fails: true, args: []string{"--fail-early", "-f", "{http}/status/404", "{http}/hello"}},
	{name: "retry", args: []string{"--retry", "2", "--retry-delay", "1", "{http}/flaky"}, even: joined},
	{name: "limit rate", args: []string{"--limit-rate", "20k", "{http}/file.txt"}},
	{name: "max file size", fails: true, args: []string{"--max-filesize", "100", "-o", "body", "{http}/file.txt"}},
	{name: "max file size that is kept", args: []string{"--max-filesize", "100k", "{http}/file.txt"}},

	{name: "next", args: []string{"-d", "x", "{http}/dir/a", "--next", "-A", agent, "-I", "{http}/hello"}},

	{name: "an unknown protocol", fails: true, args: []string{"gopher-plus://{address}/"}},
	{name: "an unknown option", fails: true, args: []string{"--no-such-option", "{http}/hello"}},
	{name: "a bad URL", fails: true, args: []string{"http://[::1/"}},
	{name: "a bad port", fails: true, args: []string{"http://127.0.0.1:99999/"}},
	{name: "an unknown proxy", fails: true, args: []string{"-x", "http://nowhere.invalid", "{http}/hello"}},
	{name: "an unknown host", fails: true, args: []string{"http://nowhere.invalid/"}},
	{name: "nobody listens", fails: true, args: []string{"-w", "%{exitcode} %{http_code} %{num_connects}", "http://{closed}/"}},
	{name: "no HTTP", fails: true, args: []string{"{http}/nohttp"}},
	{name: "no HTTP, taken", args: []string{"--http0.9", "{http}/nohttp"}},
	{name: "a bad status line", fails: true, args: []string{"{http}/weird"}},
	{name: "a short body", fails: true, args: []string{"-o", "body", "{http}/short"}},
	{name: "a chunk cut short", fails: true, args: []string{"-o", "body", "{http}/cutchunk"}},
	{name: "a bad chunk", fails: true, args: []string{"-o", "body", "{http}/badchunk"}},
	{name: "a file kept that nothing came for", fails: true, args: []string{"-o", "body", "{http}/badchunk"}, files: map[string]string{"body": "before"}},
	{name: "a body until the close", args: []string{"{http}/unending"}},
	{name: "no answer", fails: true, args: []string{"{http}/nothing"}},
	{name: "a head too long", fails: true, args: []string{"{http}/longhead"}},
	{name: "a bad coding", fails: true, args: []string{"--compressed", "{http}/badgzip"}, even: codings},
	{name: "no folder to write to", fails: true, args: []string{"-o", "no/such/folder/file", "{http}/hello"}, even: lookedBefore},
	{name: "nothing to read", fails: true, args: []string{"-T", "no such file", "{http}/dir/x"}},
	{name: "a form of no file", fails: true, args: []string{"-F", "a=@no such file", "{http}/dir/x"}},
	{name: "chunks by HTTP/1.0", fails: true, args: []string{"-0", "-T", "-", "{http}/dir/x"}, stdin: "content"},
	{name: "a reset", fails: true, args: []string{"-o", "body", "{http}/reset"}},
	{name: "two methods", fails: true, args: []string{"-d", "x", "-T", "data", "{http}/dir/x"}, files: map[string]string{"data": "content\n"}},
	{name: "no address for a name", fails: true, args: []string{"--resolve", "nonsense", "{http}/hello"}},
	{name: "an upload resumed behind its end", fails: true, args: []string{"-C", "100", "-T", "data", "{http}/dir/x"}, files: map[string]string{"data": "content\n"}, even: leave},
	{name: "an upload resumed", args: []string{"-C", "3", "-T", "data", "{http}/dir/x"}, files: map[string]string{"data": "content\n"}, even: leave},
	{name: "too slow", fails: true, args: []string{"-m", "2", "{http}/slow"}},
	{name: "slower than it may be", fails: true, args: []string{"-Y", "1000", "-y", "1", "{http}/slow"}},
	{name: "TLS with a server that has none", fails: true, args: []string{"https://{address}/hello"}, even: hellos},
	{name: "TLS that is too old", fails: true, args: []string{"--cacert", "{ca}", "--tlsv1.3", "--tls-max", "1.2", "{https}/hello"}},
	{name: "a certificate of nobody's", fails: true, args: []string{"{https}/hello"}},
	{name: "a certificate of nobody's, taken", args: []string{"-k", "{https}/hello"}},
	{name: "a certificate for another name", fails: true, args: []string{"--cacert", "{ca}", "--resolve", "a.test:{tlsport}:127.0.0.1", "https://a.test:{tlsport}/hello"}},
	{name: "no authorities", fails: true, args: []string{"--cacert", "no such file", "{https}/hello"}},
	{name: "another key", fails: true, args: []string{"-k", "--pinnedpubkey", "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "{https}/hello"}},
	{name: "no certificate of ours", fails: true, args: []string{"-k", "-E", "no such file", "{https}/hello"}, even: ownCertificate},
	{name: "no such interface", fails: true, args: []string{"--interface", "if!nosuch0", "{http}/hello"}},
	{name: "SOCKS, refused", fails: true, args: []string{"-x", "socks5h://me:guess@{socks}", "{http}/hello"}},
	{name: "retried in vain", fails: true, args: []string{"-f", "--retry", "1", "--retry-delay", "1", "{http}/status/503"}},
}

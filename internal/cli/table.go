package cli

import (
	"crypto/tls"
	"strings"

	"fetchscope/internal/demo"
	"fetchscope/internal/fetch"
)

// everywhere are all commands.
var everywhere = []string{"", "demo", "resolve", "render"}

// named are the commands that resolve names.
var named = []string{"", "demo", "resolve"}

// options is the table. Names that curl has mean what they mean in curl.
var options = []option{
	{long: "output", short: "o", arg: "FILE", category: "result", help: "write the body to FILE, unrendered; - is stdout", set: outputFile},
	{long: "remote-name", short: "O", category: "result", help: "write the body to a file named as in the URL", set: remoteName},
	{long: "remote-name-all", category: "result", help: "the same as -O for every URL that has no -o or -O", set: toggle(func(s *settings) *bool { return &s.remoteAll })},
	{long: "remote-header-name", short: "J", category: "result", help: "with -O, take the name that the server says; never a path, a hidden file or one that is there", set: toggle(func(s *settings) *bool { return &s.byHeader })},
	{long: "output-dir", arg: "DIR", category: "result", help: "put the files of -o and -O into DIR", set: text(func(s *settings) *string { return &s.folder })},
	{long: "create-dirs", category: "result", help: "create the folders of the files that are written", set: toggle(func(s *settings) *bool { return &s.createDirs })},
	{long: "clobber", category: "result", help: "overwrite a file that is there, with -J too; --no-clobber writes to FILE.1 and so on instead", set: setClobber(clobberAlways, clobberNever)},
	{long: "skip-existing", category: "result", help: "do not fetch what would overwrite a file", set: toggle(func(s *settings) *bool { return &s.skipExisting })},
	{long: "remove-on-error", category: "result", help: "remove the file of a fetch that failed", set: toggle(func(s *settings) *bool { return &s.removeFailed })},
	{long: "source", category: "result", help: "pass the body through unrendered", set: toggle(func(s *settings) *bool { return &s.source })},
	{long: "include", short: "i", category: "result", help: "put the response's head before the body", set: toggle(func(s *settings) *bool { return &s.include })},
	{long: "show-headers", category: "result", help: "the same as --include", set: toggle(func(s *settings) *bool { return &s.include })},
	{long: "head", short: "I", category: "result", help: "ask for the head alone and show it", set: toggle(func(s *settings) *bool { return &s.fetch.Head })},
	{long: "dump-header", short: "D", arg: "FILE", category: "result", help: "write the heads of all responses to FILE; - is stdout", set: text(func(s *settings) *string { return &s.dumpHeader })},
	{long: "format", arg: "FORMAT", category: "result", help: "put json (the trace document) or jsonl (its events as they happen) on stdout", only: named, set: oneOf(func(s *settings) *string { return &s.format }, "json", "jsonl")},
	{long: "by-address", category: "result", help: "fetch from each address of the host in turn, and table them instead of showing the page; with --format json a document for each", set: toggle(func(s *settings) *bool { return &s.byAddress })},
	{long: "dry-run", category: "result", help: "touch no network: show the URL as parsed and the request as it would be sent", set: toggle(func(s *settings) *bool { return &s.dryRun })},
	{long: "width", arg: "COLUMNS", category: "result", help: "lay the page out for this many columns, 8 at least", only: []string{"", "demo", "render"}, set: width},
	{long: "links", arg: "HOW", category: "result", help: "show where links lead: none, inline or footnotes", only: []string{"", "demo", "render"}, set: oneOf(func(s *settings) *string { return &s.links }, "none", "inline", "footnotes")},
	{long: "charset", arg: "NAME", category: "result", help: "the character set that the transport named", only: []string{"render"}, set: text(func(s *settings) *string { return &s.charset })},
	{long: "base", arg: "URL", category: "result", help: "resolve the argument, or a page's links, against URL", only: []string{"", "render"}, set: text(func(s *settings) *string { return &s.base })},

	{long: "view", arg: "VIEW", category: "trace", help: "the trace on stderr: timeline (~ before a time: it may be off by more than a tenth; of resolve: the tree), ladder, full or none", only: named, set: oneOf(func(s *settings) *string { return &s.view }, "timeline", "ladder", "full", "none")},
	{long: "verbose", short: "v", category: "trace", help: "the same as --view full", only: named, set: verbose},
	{long: "silent", short: "s", category: "trace", help: "no trace, no progress, no errors", only: everywhere, set: toggle(func(s *settings) *bool { return &s.silent })},
	{long: "show-error", short: "S", category: "trace", help: "with -s, errors all the same", only: everywhere, set: toggle(func(s *settings) *bool { return &s.showError })},
	{long: "no-progress-meter", category: "trace", help: "no progress of a long body", set: toggle(func(s *settings) *bool { return &s.noProgress })},
	{long: "color", arg: "WHEN", category: "trace", help: "auto, always or never; auto heeds NO_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM", only: everywhere, set: oneOf(func(s *settings) *string { return &s.color }, "auto", "always", "never")},
	{long: "ascii", category: "trace", help: "draw with ASCII alone, as without a UTF-8 locale; a page keeps its own letters", only: everywhere, set: toggle(func(s *settings) *bool { return &s.ascii })},
	{long: "packets", arg: "WHEN", category: "trace", help: "capture the connection's packets, for which CAP_NET_RAW is needed: auto (where a view or format shows them and it may be done), on or off", set: oneOf(func(s *settings) *string { return &s.packets }, packetsAuto, packetsOn, packetsOff)},
	{long: "pcap", arg: "FILE", category: "trace", help: "write the packets to FILE (pcapng), with the secrets of TLS and what each packet is for", set: text(func(s *settings) *string { return &s.pcap })},
	{long: "secrets", category: "trace", help: "show credentials and cookies in traces, which hide them otherwise", set: toggle(func(s *settings) *bool { return &s.secrets })},

	{long: "request", short: "X", arg: "METHOD", category: "request", help: "use this method", set: method},
	{long: "data", short: "d", arg: "DATA", category: "request", help: "send DATA, @FILE or @- (stdin) in a POST, a file without its line breaks; repeats are joined by &", set: addData(dataText)},
	{long: "data-ascii", arg: "DATA", category: "request", help: "the same as --data", set: addData(dataText)},
	{long: "data-binary", arg: "DATA", category: "request", help: "the same, and a file as it is", set: addData(dataBinary)},
	{long: "data-raw", arg: "DATA", category: "request", help: "the same, where @ means nothing", set: addData(dataRaw)},
	{long: "data-urlencode", arg: "DATA", category: "request", help: "the same, encoded: CONTENT, =CONTENT, NAME=CONTENT, @FILE or NAME@FILE", set: addData(dataEncoded)},
	{long: "json", arg: "DATA", category: "request", help: "send JSON and ask for it; repeats are put together as they are", set: addData(dataJSON)},
	{long: "get", short: "G", category: "request", help: "put what -d and its like say into the URL's query", set: toggle(func(s *settings) *bool { return &s.get })},
	{long: "url-query", arg: "DATA", category: "request", help: "add to the URL's query, as --data-urlencode encodes; + before it: as it is", set: appendTo(func(s *settings) *[]string { return &s.query })},
	{long: "form", short: "F", arg: "NAME=CONTENT", category: "request", help: "send a field of a form (multipart/form-data); @FILE sends a file, <FILE its text, with ;type= ;filename= ;encoder= ;headers= behind it; =( and =) enclose a group", set: addField(false)},
	{long: "form-string", arg: "NAME=TEXT", category: "request", help: "send a field as it is", set: addField(true)},
	{long: "form-escape", category: "request", help: "escape quotes in names of fields and files by backslashes", set: toggle(func(s *settings) *bool { return &s.escaped })},
	{long: "upload-file", short: "T", arg: "FILE", category: "request", help: "send FILE by PUT, - for stdin; a URL that ends in / gets its name; the first for the first URL", set: appendTo(func(s *settings) *[]string { return &s.uploads })},
	{long: "expect100-timeout", arg: "SECONDS", category: "request", help: "wait this long for leave to send a body of more than 1 MB (1)", set: seconds(expectWait)},
	{long: "request-target", arg: "TARGET", category: "request", help: "ask for TARGET instead of the URL's path", set: requestTarget},
	{long: "path-as-is", category: "request", help: "leave /./ and /../ in the URL's path", set: toggle(func(s *settings) *bool { return &s.pathAsIs })},
	{long: "http1.0", short: "0", category: "request", help: "ask by HTTP/1.0", set: version10},
	{long: "http1.1", category: "request", help: "ask by HTTP/1.1, as is usual", set: version11},
	{long: "http0.9", category: "request", help: "take an answer without a head for a page", set: toggle(func(s *settings) *bool { return &s.fetch.HTTP09 })},
	{long: "header", short: "H", arg: "FIELD", category: "request", help: "add the field 'Name: value'; 'Name:' takes one away, 'Name;' sends it empty", set: appendTo(func(s *settings) *[]string { return &s.headers })},
	{long: "user-agent", short: "A", arg: "NAME", category: "request", help: "say that we are NAME", set: userAgent},
	{long: "referer", short: "e", arg: "URL", category: "request", help: "say where the link was; ';auto' at the end follows redirects", set: referer},
	{long: "user", short: "u", arg: "NAME:PASSWORD", category: "request", help: "authenticate by Basic, at this origin alone", set: user},
	{long: "compressed", category: "request", help: "ask for content codings and undo them", set: toggle(func(s *settings) *bool { return &s.fetch.Compressed })},
	{long: "location", short: "L", category: "request", help: "follow redirects", set: toggle(func(s *settings) *bool { return &s.fetch.Follow })},
	{long: "max-redirs", arg: "N", category: "request", help: "follow at most N redirects (50); -1 without limit", set: count(func(s *settings) *int { return &s.fetch.MaxRedirects }, -1, 1<<30)},
	{long: "post301", category: "request", help: "send a POST again as one where a 301 redirects it", set: keepPost(func(k *fetch.KeepPost) *bool { return &k.After301 })},
	{long: "post302", category: "request", help: "the same for a 302", set: keepPost(func(k *fetch.KeepPost) *bool { return &k.After302 })},
	{long: "post303", category: "request", help: "the same for a 303", set: keepPost(func(k *fetch.KeepPost) *bool { return &k.After303 })},
	{long: "fail", short: "f", category: "request", help: "take a status of 400 or more for an error (22)", set: fails(false)},
	{long: "fail-with-body", category: "request", help: "the same, and show the body", set: fails(true)},
	{long: "fail-early", category: "request", help: "of several URLs, end with the first that fails", set: toggle(func(s *settings) *bool { return &s.failEarly })},

	{long: "resolve", arg: "HOST:PORT:ADDRESS", category: "connection", help: "take these addresses for a host and port, a name server's too; repeatable", only: named, set: override},
	{long: "connect-to", arg: "HOST1:PORT1:HOST2:PORT2", category: "connection", help: "connect to the second for the first; repeatable", set: connectTo},
	{long: "ipv4", short: "4", category: "connection", help: "IPv4 addresses only", only: named, set: family(4)},
	{long: "ipv6", short: "6", category: "connection", help: "IPv6 addresses only", only: named, set: family(6)},
	{long: "happy-eyeballs-timeout-ms", arg: "MS", category: "connection", help: "try the next address beside one that has not answered after this long (200 ms); 0 tries all at once", set: attemptDelay},
	{long: "proxy", short: "x", arg: "[http://][USER:PASSWORD@]HOST[:PORT]", category: "connection", help: "go through this HTTP proxy, for https by CONNECT; '' through none", set: proxy},
	{long: "insecure", short: "k", category: "connection", help: "go on where the certificate is not trusted", set: toggle(func(s *settings) *bool { return &s.fetch.Insecure })},
	{long: "cacert", arg: "FILE", category: "connection", help: "trust the authorities in FILE (PEM) and no others, for name servers too", only: named, set: text(func(s *settings) *string { return &s.fetch.CAFile })},
	{long: "close", arg: "HOW", category: "connection", help: "end the connection by our FIN (graceful, as a rule), by a reset, or wait for the server to end it (server), which is asked to", set: closeMode},
	{long: "wait-time-wait", category: "connection", help: "stay until TIME_WAIT is over, a minute after the close, and say when", set: toggle(func(s *settings) *bool { return &s.outwait })},

	{long: "capath", arg: "DIR", category: "connection", help: "trust the authorities in the files of DIR (PEM) too, beside those of --cacert or the system", only: named, set: text(func(s *settings) *string { return &s.fetch.CADir })},
	{long: "cert", short: "E", arg: "FILE[:PASSWORD]", category: "connection", help: "show this certificate (PEM) to a server that asks for one; \\: is a colon of the file's name", set: clientCert},
	{long: "key", arg: "FILE", category: "connection", help: "the key of --cert (PEM), where it is not in the same file", set: text(func(s *settings) *string { return &s.fetch.TLS.KeyFile })},
	{long: "pinnedpubkey", arg: "HASHES", category: "connection", help: "the server must have a key of these, sha256//HASH[;sha256//HASH]..., or the one in this file, -k or not (90)", set: text(func(s *settings) *string { return &s.fetch.TLS.PinnedKey })},
	{long: "tlsv1.2", category: "connection", help: "speak TLS 1.2 or newer", set: leastTLS(tls.VersionTLS12)},
	{long: "tlsv1.3", category: "connection", help: "speak TLS 1.3 or newer", set: leastTLS(tls.VersionTLS13)},
	{long: "tls-max", arg: "VERSION", category: "connection", help: "speak no newer TLS than 1.0, 1.1, 1.2 or 1.3; default takes any", set: mostTLS},

	{long: "server", arg: "ADDRESS", category: "resolution", help: "ask this name server: ADDRESS[:PORT], udp:// or tcp:// before it, or tls://HOST[:PORT] or https://HOST[:PORT]/PATH{?dns}; repeatable", only: named, set: server},
	{long: "iterate", category: "resolution", help: "walk from the root servers down, instead of asking a resolver", only: named, set: toggle(func(s *settings) *bool { return &s.fetch.Resolver.Iterate })},
	{long: "root-hints", arg: "FILE", category: "resolution", help: "begin the walk at the servers in FILE, a master file of NS, A and AAAA records", only: named, set: text(func(s *settings) *string { return &s.fetch.Resolver.RootHints })},
	{long: "port", arg: "N", category: "resolution", help: "ask authoritative servers on this port (53)", only: named, set: dnsPort},
	{long: "https-rr", category: "resolution", help: "ask for the HTTPS record of an https URL too, and connect as it says", set: toggle(func(s *settings) *bool { return &s.fetch.ServiceRecords })},
	{long: "nsid", category: "resolution", help: "ask each name server which one it is", only: named, set: toggle(func(s *settings) *bool { return &s.fetch.Resolver.NSID })},
	{long: "dnssec", category: "resolution", help: "validate what the DNS says, from the root's keys down", only: named, set: toggle(func(s *settings) *bool { return &s.fetch.Resolver.DNSSEC })},
	{long: "trust-anchor", arg: "FILE", category: "resolution", help: "trust the DS or DNSKEY records in FILE instead of the root's", only: named, set: text(func(s *settings) *string { return &s.fetch.Resolver.TrustAnchor })},
	{long: "validation-time", arg: "TIME", category: "resolution", help: "validate as of this time, such as 2026-11-22T06:00:00Z", only: named, set: validationTime},

	{long: "max-time", short: "m", arg: "SECONDS", category: "limits", help: "give up after this long; the close has 2 s of its own", only: everywhere, set: seconds(maxTime)},
	{long: "connect-timeout", arg: "SECONDS", category: "limits", help: "give up when the connection is not up after this long", set: seconds(connectTimeout)},
	{long: "close-timeout", arg: "SECONDS", category: "limits", help: "wait this long for the server to end its side (2)", set: seconds(closeTimeout)},
	{long: "max-filesize", arg: "BYTES", category: "limits", help: "give up on a body larger than this, received or decoded; k, M and G multiply", set: amount(func(s *settings) *int64 { return &s.fetch.MaxFileSize })},
	{long: "limit-rate", arg: "BYTES", category: "limits", help: "receive and send no more than this a second; k, M and G multiply", set: amount(func(s *settings) *int64 { return &s.fetch.LimitRate })},
	{long: "speed-limit", short: "Y", arg: "BYTES", category: "limits", help: "give up (28) when fewer bytes a second move, over 30 s or --speed-time", set: speedLimit},
	{long: "speed-time", short: "y", arg: "SECONDS", category: "limits", help: "how long --speed-limit (1) may be missed", set: speedTime},
	{long: "retry", arg: "N", category: "limits", help: "try again up to N times after a time-out, or a status that may pass (408, 429, 500, 502, 503, 504); after 1 s, 2 s, 4 s …, or as Retry-After says", set: count(func(s *settings) *int { return &s.fetch.Retry.Max }, 0, 1<<30)},
	{long: "retry-delay", arg: "SECONDS", category: "limits", help: "wait this long before each retry", set: seconds(retryDelay)},
	{long: "retry-max-time", arg: "SECONDS", category: "limits", help: "begin no retry after this long", set: seconds(retryMaxTime)},
	{long: "retry-connrefused", category: "limits", help: "with --retry, also where the connection is refused", set: toggle(func(s *settings) *bool { return &s.fetch.Retry.Refused })},
	{long: "retry-all-errors", category: "limits", help: "with --retry, after any error", set: toggle(func(s *settings) *bool { return &s.fetch.Retry.AllErrors })},

	{long: "serve", category: "demo", help: "keep the embedded internet running, and say how to fetch from it", only: []string{"demo"}, set: toggle(func(s *settings) *bool { return &s.serve })},
	{long: "fault", arg: "NAME", category: "demo", help: "give the embedded internet a fault: " + strings.Join(demo.FaultNames(), ", "), only: []string{"demo"}, set: oneOf(func(s *settings) *string { return &s.fault }, demo.FaultNames()...)},

	{long: "lab", category: "demo", help: "put the fetch and the embedded internet into networks of their own, with a link between them (Linux)", only: []string{"demo"}, set: toggle(func(s *settings) *bool { return &s.lab })},
	{long: "rtt", arg: "TIME", category: "lab", help: "the round trip of the lab's link (40ms)", only: []string{"demo"}, set: roundTrip},
	{long: "loss", arg: "PERCENT", category: "lab", help: "let the link lose this share of the packets, the same ones each time", only: []string{"demo"}, set: lossRate},
	{long: "drop", arg: "PACKET", category: "lab", help: "let the link lose the first of these packets of the client's: last-ack (of the server's FIN), syn or fin", only: []string{"demo"}, set: dropPacket},

	{long: "help", short: "h", category: "about", help: "show this; a category or a command after it shows its options alone", only: everywhere, set: toggle(func(s *settings) *bool { return &s.help })},
	{long: "version", short: "V", category: "about", help: "show the version", only: everywhere, set: toggle(func(s *settings) *bool { return &s.version })},
}

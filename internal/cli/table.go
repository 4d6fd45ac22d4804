package cli

import (
	"crypto/tls"
	"strings"

	"fetchscope/internal/demo"
)

// everywhere are all commands.
var everywhere = []string{"", "demo", "resolve", "render"}

// named are the commands that resolve names.
var named = []string{"", "demo", "resolve"}

// options is the table. Names that curl has mean what they mean in curl.
var options = []option{
	{long: "output", short: "o", arg: "FILE", category: "result", help: "write the body to FILE, unrendered; - is stdout", set: outputFile},
	{long: "remote-name", short: "O", category: "result", help: "write the body to a file named as in the URL", set: remoteName},
	{long: "source", category: "result", help: "pass the body through unrendered", set: toggle(func(s *settings) *bool { return &s.source })},
	{long: "include", short: "i", category: "result", help: "put the response's head before the body", set: toggle(func(s *settings) *bool { return &s.include })},
	{long: "show-headers", category: "result", help: "the same as --include", set: toggle(func(s *settings) *bool { return &s.include })},
	{long: "head", short: "I", category: "result", help: "ask for the head alone and show it", set: toggle(func(s *settings) *bool { return &s.fetch.Head })},
	{long: "dump-header", short: "D", arg: "FILE", category: "result", help: "write the heads of all responses to FILE; - is stdout, % stderr", set: text(func(s *settings) *string { return &s.dumpHeader })},
	{long: "write-out", short: "w", arg: "FORMAT", category: "result", help: "write FORMAT, @FILE or @- (stdin) behind each transfer, with curl's %{variables}, ours, which begin with fs_, and %header{}, %output{} and %time{}", set: text(func(s *settings) *string { return &s.writeOut })},
	{long: "format", arg: "FORMAT", category: "result", help: "put json (the trace document) or jsonl (its events as they happen) on stdout", only: named, set: oneOf(func(s *settings) *string { return &s.format }, "json", "jsonl")},
	{long: "by-address", category: "result", help: "fetch from each address of the host in turn, and table them instead of showing the page; with --format json a document for each", set: toggle(func(s *settings) *bool { return &s.byAddress })},
	{long: "dry-run", category: "result", help: "touch no network: show the URL as parsed and the request as it would be sent", set: toggle(func(s *settings) *bool { return &s.dryRun })},
	{long: "width", arg: "COLUMNS", category: "result", help: "lay the page out for this many columns, 8 at least", only: []string{"", "demo", "render"}, set: width},
	{long: "links", arg: "HOW", category: "result", help: "show where links lead: none, inline or footnotes", only: []string{"", "demo", "render"}, set: oneOf(func(s *settings) *string { return &s.links }, "none", "inline", "footnotes")},
	{long: "charset", arg: "NAME", category: "result", help: "the character set that the transport named", only: []string{"render"}, set: text(func(s *settings) *string { return &s.charset })},
	{long: "base", arg: "URL", category: "result", help: "resolve the argument, or a page's links, against URL", only: []string{"", "render"}, set: text(func(s *settings) *string { return &s.base })},

	{long: "view", arg: "VIEW", category: "trace", help: "the trace on stderr: timeline (~ before a time: it may be off by more than a tenth; of resolve: the tree), ladder, full or none", only: named, set: oneOf(func(s *settings) *string { return &s.view }, "timeline", "ladder", "full", "none")},
	{long: "verbose", short: "v", category: "trace", help: "the same as --view full", only: named, set: verbose},
	{long: "trace", arg: "FILE", category: "trace", help: "write all that goes over to FILE as it does, in hexadecimal too; - is stdout, % stderr", set: wireDump(true)},
	{long: "trace-ascii", arg: "FILE", category: "trace", help: "the same without the hexadecimal", set: wireDump(false)},
	{long: "trace-time", category: "trace", help: "with --trace or --trace-ascii, the time of day before each entry", set: toggle(func(s *settings) *bool { return &s.wireTime })},
	{long: "silent", short: "s", category: "trace", help: "no trace, no progress, no errors", only: everywhere, set: toggle(func(s *settings) *bool { return &s.silent })},
	{long: "show-error", short: "S", category: "trace", help: "with -s, errors all the same", only: everywhere, set: toggle(func(s *settings) *bool { return &s.showError })},
	{long: "no-progress-meter", category: "trace", help: "no progress of a long body", set: toggle(func(s *settings) *bool { return &s.noProgress })},
	{long: "color", arg: "WHEN", category: "trace", help: "auto, always or never; auto heeds NO_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM", only: everywhere, set: oneOf(func(s *settings) *string { return &s.color }, "auto", "always", "never")},
	{long: "ascii", category: "trace", help: "draw with ASCII alone, as without a UTF-8 locale; a page keeps its own letters", only: everywhere, set: toggle(func(s *settings) *bool { return &s.ascii })},
	{long: "packets", arg: "WHEN", category: "trace", help: "capture the connection's packets, for which CAP_NET_RAW is needed: auto (where a view or format shows them and it may be done), on or off", set: oneOf(func(s *settings) *string { return &s.packets }, packetsAuto, packetsOn, packetsOff)},
	{long: "pcap", arg: "FILE", category: "trace", help: "write the packets to FILE (pcapng), with the secrets of TLS and what each packet is for", set: text(func(s *settings) *string { return &s.pcap })},
	{long: "secrets", category: "trace", help: "show credentials and cookies in traces, which hide them otherwise", set: toggle(func(s *settings) *bool { return &s.secrets })},

	{long: "request", short: "X", arg: "METHOD", category: "request", help: "use this method", set: method},
	{long: "data", short: "d", arg: "DATA", category: "request", help: "send DATA, @FILE or @- (stdin) in a POST; repeats are joined by &", set: appendTo(func(s *settings) *[]string { return &s.data })},
	{long: "header", short: "H", arg: "FIELD", category: "request", help: "add the field 'Name: value'; 'Name:' takes one away, 'Name;' sends it empty", set: appendTo(func(s *settings) *[]string { return &s.headers })},
	{long: "user-agent", short: "A", arg: "NAME", category: "request", help: "say that we are NAME", set: userAgent},
	{long: "referer", short: "e", arg: "URL", category: "request", help: "say where the link was; ';auto' at the end follows redirects", set: referer},
	{long: "user", short: "u", arg: "NAME:PASSWORD", category: "request", help: "authenticate by Basic, at this origin alone", set: user},
	{long: "netrc", short: "n", category: "request", help: "authenticate by the name and password that $NETRC or ~/.netrc has for the host, before those of the URL", set: toggle(func(s *settings) *bool { return &s.memory.netrc })},
	{long: "netrc-file", arg: "FILE", category: "request", help: "the same with FILE", set: text(func(s *settings) *string { return &s.memory.netrcAt })},
	{long: "netrc-optional", category: "request", help: "the same, but the URL's come first and the file need not be there", set: toggle(func(s *settings) *bool { return &s.memory.maybe })},
	{long: "cookie", short: "b", arg: "DATA", category: "request", help: "send the cookies NAME=VALUE, at this origin alone; without = it names a file to read them from, which need not be there, and cookies are kept for the run; repeatable", set: cookies},
	{long: "cookie-jar", short: "c", arg: "FILE", category: "request", help: "keep cookies and write them to FILE at the end; - is stdout", set: cookieJar},
	{long: "junk-session-cookies", short: "j", category: "request", help: "leave out cookies of a file that end with the session", set: toggle(func(s *settings) *bool { return &s.memory.junk })},
	{long: "hsts", arg: "FILE", category: "request", help: "reach hosts by https that asked for it in an earlier answer, which FILE keeps; '' keeps them for the run; repeatable, the last one is written", set: appendTo(func(s *settings) *[]string { return &s.memory.hsts })},
	{long: "compressed", category: "request", help: "ask for content codings and undo them", set: toggle(func(s *settings) *bool { return &s.fetch.Compressed })},
	{long: "range", short: "r", arg: "RANGE", category: "request", help: "ask for a part: 0-99, 100- or -100, or several with commas between them", set: byteRange},
	{long: "continue-at", short: "C", arg: "OFFSET", category: "request", help: "ask for what follows so many bytes and append it to the file; - takes the file's size", set: continueAt},
	{long: "time-cond", short: "z", arg: "TIME", category: "request", help: "fetch what was changed after TIME, a date or a file's; with - before it, what was not", set: timeCond},
	{long: "etag-compare", arg: "FILE", category: "request", help: "fetch what does not have the entity tag in FILE any more", set: text(func(s *settings) *string { return &s.etagCompare })},
	{long: "etag-save", arg: "FILE", category: "result", help: "write the response's entity tag to FILE; - is stdout", set: text(func(s *settings) *string { return &s.etagSave })},
	{long: "tr-encoding", category: "request", help: "ask for a compressed transfer coding and undo it", set: toggle(func(s *settings) *bool { return &s.fetch.TransferCodings })},
	{long: "raw", category: "result", help: "pass the body through as it came: no coding undone, the chunks' framing included", set: toggle(func(s *settings) *bool { return &s.fetch.Raw })},
	{long: "location", short: "L", category: "request", help: "follow redirects", set: toggle(func(s *settings) *bool { return &s.fetch.Follow })},
	{long: "location-trusted", category: "request", help: "follow redirects, and send credentials and cookies to wherever they lead", set: trusted},
	{long: "max-redirs", arg: "N", category: "request", help: "follow at most N redirects (50); -1 without limit", set: count(func(s *settings) *int { return &s.fetch.MaxRedirects }, -1, 1<<30)},
	{long: "fail", short: "f", category: "request", help: "take a status of 400 or more for an error (22)", set: toggle(func(s *settings) *bool { return &s.fetch.FailOnError })},

	{long: "resolve", arg: "HOST:PORT:ADDRESS", category: "connection", help: "take these addresses for a host and port, a name server's too; repeatable", only: named, set: override},
	{long: "connect-to", arg: "HOST1:PORT1:HOST2:PORT2", category: "connection", help: "connect to the second for the first; repeatable", set: connectTo},
	{long: "ipv4", short: "4", category: "connection", help: "IPv4 addresses only", only: named, set: family(4)},
	{long: "ipv6", short: "6", category: "connection", help: "IPv6 addresses only", only: named, set: family(6)},
	{long: "happy-eyeballs-timeout-ms", arg: "MS", category: "connection", help: "try the next address beside one that has not answered after this long (200 ms); 0 tries all at once", set: attemptDelay},
	{long: "unix-socket", arg: "PATH", category: "connection", help: "connect to this Unix domain socket instead of the host or proxy", set: text(func(s *settings) *string { return &s.fetch.UnixSocket })},
	{long: "interface", arg: "NAME", category: "connection", help: "connect from this interface, address or host; if!NAME, host!HOST and ifhost!NAME!HOST say which", set: func(s *settings, v string) error { return s.fetch.From.SetInterface(v) }},
	{long: "local-port", arg: "N[-M]", category: "connection", help: "connect from this port, or the first of these that is free", set: localPort},
	{long: "no-keepalive", category: "connection", help: "no probes of an idle connection, which else begin after 60 s", set: toggle(func(s *settings) *bool { return &s.fetch.From.NoKeepAlive })},
	{long: "haproxy-protocol", category: "connection", help: "begin the connection with a line of the PROXY protocol, version 1", set: toggle(func(s *settings) *bool { return &s.fetch.HAProxy.Send })},
	{long: "haproxy-clientip", arg: "ADDRESS", category: "connection", help: "the same, telling this address for our own", set: haproxyClient},
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

	{long: "proxy", short: "x", arg: "[SCHEME://][USER:PASSWORD@]HOST[:PORT]", category: "proxy", help: "go through this proxy: http (the default), https, socks4, socks4a, socks5 or socks5h; '' through none", set: proxy("http", "-x")},
	{long: "preproxy", arg: "[SCHEME://][USER:PASSWORD@]HOST[:PORT]", category: "proxy", help: "reach the HTTP proxy through this SOCKS proxy", set: preproxy},
	{long: "socks4", arg: "HOST[:PORT]", category: "proxy", help: "go through this SOCKS 4 proxy; names are resolved here", set: proxy("socks4", "--socks4")},
	{long: "socks4a", arg: "HOST[:PORT]", category: "proxy", help: "go through this SOCKS 4A proxy, which resolves names", set: proxy("socks4a", "--socks4a")},
	{long: "socks5", arg: "HOST[:PORT]", category: "proxy", help: "go through this SOCKS 5 proxy; names are resolved here", set: proxy("socks5", "--socks5")},
	{long: "socks5-hostname", arg: "HOST[:PORT]", category: "proxy", help: "go through this SOCKS 5 proxy, which resolves names", set: proxy("socks5h", "--socks5-hostname")},
	{long: "proxy1.0", arg: "HOST[:PORT]", category: "proxy", help: "go through this HTTP proxy, asking for tunnels by HTTP/1.0", set: proxy10},
	{long: "proxytunnel", short: "p", category: "proxy", help: "ask the HTTP proxy for a tunnel (CONNECT) for http too", set: toggle(func(s *settings) *bool { return &s.fetch.ProxyTunnel })},
	{long: "proxy-user", short: "U", arg: "NAME:PASSWORD", category: "proxy", help: "log in to the proxy; both parts are percent-encoded", set: proxyUser},
	{long: "proxy-header", arg: "FIELD", category: "proxy", help: "add a field as -H does, to what proxies alone are sent: the CONNECT, or the request to an HTTP proxy", set: appendTo(func(s *settings) *[]string { return &s.proxyHeaders })},
	{long: "noproxy", arg: "LIST", category: "proxy", help: "use no proxy for these hosts, domains, addresses and networks, instead of those in no_proxy; * for all", set: noProxy},
	{long: "proxy-insecure", category: "proxy", help: "go on where the certificate of an https proxy is not trusted", set: toggle(func(s *settings) *bool { return &s.fetch.ProxyInsecure })},
	{long: "proxy-cacert", arg: "FILE", category: "proxy", help: "judge the certificate of an https proxy by the authorities in FILE (PEM)", set: text(func(s *settings) *string { return &s.fetch.ProxyCAFile })},

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
	{long: "connect-timeout", arg: "SECONDS", category: "limits", help: "give up when the connection is not up after this long (300 s)", set: seconds(connectTimeout)},
	{long: "close-timeout", arg: "SECONDS", category: "limits", help: "wait this long for the server to end its side (2)", set: seconds(closeTimeout)},
	{long: "max-filesize", arg: "BYTES", category: "limits", help: "give up on a body larger than this, received or decoded; k, M and G multiply", set: maxFileSize},

	{long: "serve", category: "demo", help: "keep the embedded internet running, and say how to fetch from it", only: []string{"demo"}, set: toggle(func(s *settings) *bool { return &s.serve })},
	{long: "fault", arg: "NAME", category: "demo", help: "give the embedded internet a fault: " + strings.Join(demo.FaultNames(), ", "), only: []string{"demo"}, set: oneOf(func(s *settings) *string { return &s.fault }, demo.FaultNames()...)},

	{long: "lab", category: "demo", help: "put the fetch and the embedded internet into networks of their own, with a link between them (Linux)", only: []string{"demo"}, set: toggle(func(s *settings) *bool { return &s.lab })},
	{long: "rtt", arg: "TIME", category: "lab", help: "the round trip of the lab's link (40ms)", only: []string{"demo"}, set: roundTrip},
	{long: "loss", arg: "PERCENT", category: "lab", help: "let the link lose this share of the packets, the same ones each time", only: []string{"demo"}, set: lossRate},
	{long: "drop", arg: "PACKET", category: "lab", help: "let the link lose the first of these packets of the client's: last-ack (of the server's FIN), syn or fin", only: []string{"demo"}, set: dropPacket},

	{long: "help", short: "h", category: "about", help: "show this; a category or a command after it shows its options alone", only: everywhere, set: toggle(func(s *settings) *bool { return &s.help })},
	{long: "version", short: "V", category: "about", help: "show the version", only: everywhere, set: toggle(func(s *settings) *bool { return &s.version })},
}

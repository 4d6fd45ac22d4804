package fetch

import (
	"fetchscope/httpclient"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/socks"
)

const (
	notSOCKS   = "what answered may be no SOCKS proxy, or one of another version: check its scheme and port"
	socksLogin = "the proxy may want a name and password: -U NAME:PASSWORD"
)

const untrusted = "-k fetches regardless of trust; --cacert FILE trusts another authority"

// hints are the next things to try, for the failures where one helps. They are made with
// the failure: a fetch that has none does not need them.
func hints() map[trace.Code]string {
	return map[trace.Code]string{
		resolver.NameNotFound:    "check the spelling; `fetchscope resolve NAME` shows what the servers say",
		resolver.NoAddress:       "the name has no address of the kind asked for: without -4 or -6 both are tried",
		resolver.ServerFailure:   "another resolver may know more: --server 9.9.9.9",
		resolver.Refused:         "another resolver may answer: --server 9.9.9.9",
		resolver.Timeout:         "another resolver may answer: --server 9.9.9.9; `fetchscope resolve NAME` shows each query",
		resolver.NoServer:        "check the network, or name a resolver: --server ADDRESS",
		resolver.Lame:            "the zone's delegation is broken: `fetchscope resolve --iterate NAME` shows where",
		resolver.AliasLoop:       "the zone's aliases are broken: `fetchscope resolve NAME CNAME` shows them",
		resolver.Bogus:           "`fetchscope resolve --dnssec NAME` shows the chain of trust; without --dnssec nothing is validated",
		resolver.ServerTLS:       "this is the name server, not the site: check --server and its port",
		resolver.ServerUntrusted: "this is the name server's certificate, not the site's: --cacert FILE trusts its authority; -k does not apply to it",
		CodeBomb:                 "--compressed with --source or -o FILE takes it whole; --max-filesize bounds it",
		CodeRange:                "fetch it whole, without -C",
		CodeProxyName:            "check the proxy's name in -x or in the environment (http_proxy, https_proxy)",

		transport.CodeInterface: "--interface wants an interface, an address of this machine or a host that has one, of the family that is connected to",
		transport.CodeLocalPort: "the port is in use, or was until a minute ago: --local-port N-M tries each of a range",

		socks.CodeClosed:        notSOCKS,
		socks.CodeVersion:       notSOCKS,
		socks.CodeMalformed:     notSOCKS,
		socks.CodeNoMethod:      socksLogin,
		socks.CodeLogin:         "check the name and password: -U NAME:PASSWORD, or those in the proxy's URL",
		socks.CodeLongName:      "without h or a in the scheme (socks5, socks4) the name is resolved here",
		socks.CodeNeedsIPv4:     "socks5 knows IPv6 addresses; socks4a lets the proxy resolve the name",
		socks.CodeUnresolved:    "socks5h and socks4a let the proxy resolve the name; `fetchscope resolve NAME` shows what the servers say",
		socks.CodeNotAllowed:    socksLogin,
		socks.CodeRefused:       "nothing listens there: check host and port of the URL",
		socks.CodeNoHost:        "the proxy cannot get there: check the URL's host, or try socks5h",
		socks.CodeNoNetwork:     "the proxy cannot get there: try the other family with -4 or -6, or socks5h",
		socks.CodeNoFamily:      "try the other family with -4 or -6, or socks5h, which hands the name over",
		socks.CodeFailure:       "the proxy does not say why: its log may",
		socks.CodeRejected:      "the proxy does not say why: its log may; the host may refuse it, or it may want a user name (-U)",
		socks.CodeNoIdentd:      "this proxy asks identd on this machine who we are: another may not",
		socks.CodeIdentMismatch: "give the name of the user of this machine: -U NAME:",

		transport.CodeRefused:     "nothing listens there: check host and port",
		transport.CodeUnreachable: "there is no route to it: check the network, or try the other family with -4 or -6",
		transport.CodeHostDown:    "the host does not answer on its network: check the address",
		transport.CodeTimeout:     "allow more time: -m SECONDS, --connect-timeout SECONDS",
		transport.CodeReset:       "the server, or something on the way, broke the connection: try again, or ask it what it disliked",
		transport.CodeNotTLS:      "the server does not speak TLS on this port: try http://, or the right port",
		transport.CodeTLSAlert:    "the server refused the handshake: it may want another TLS version, name or certificate",
		transport.CodeTLSCut:      "the server ended the handshake: it may want another TLS version or name",
		transport.CodeTLS:         "client and server have no TLS version or cipher in common, or the server's TLS is broken",
		transport.CodeCertWanted:  "the server wants a certificate that it accepts: -E FILE shows one; `tls.client_certificate` in --format json has whose it takes",
		transport.CodeClientCert:  "-E wants a certificate and --key its key, in PEM form; -E FILE:PASSWORD for a key that is encrypted",
		transport.CodePinFile:     "--pinnedpubkey wants sha256//HASH, or a file with a public key in PEM form or DER",
		transport.CodeCAFile:      "--cacert wants a file of certificates in PEM form",

		transport.CodeExpired:     untrusted,
		transport.CodeNotYetValid: "check this machine's clock; " + untrusted,
		transport.CodeWrongName:   "check the host name; -k fetches regardless",
		transport.CodeUnknownCA:   untrusted,
		transport.CodeSelfSigned:  untrusted,
		transport.CodeNotACA:      untrusted,
		transport.CodeConstraint:  untrusted,
		transport.CodePathLength:  untrusted,
		transport.CodeUsage:       untrusted,
		transport.CodeUnknownCrit: untrusted,
		transport.CodeWeakSign:    untrusted,
		transport.CodeCertificate: untrusted,

		httpclient.CodeEmpty:     "the server gave up on the request: it may want https://, or another Host",
		httpclient.CodeBadStatus: "what answered is no HTTP/1 server: check scheme and port",
		httpclient.CodeTruncated: "what came was kept; try again, or ask the server why it stopped",
		httpclient.CodeBadCoding: "--source without --compressed shows the bytes as they came",
		httpclient.CodeCodingCut: "--source without --compressed shows the bytes as they came",

		CodeTooManyRedirects: "--max-redirs N allows more; without -L the first answer is shown",
		CodeHTTPError:        "without -f the server's page is shown",
		CodeTooLarge:         "--max-filesize sets this limit",
		CodePageTooLarge:     "-o FILE or --source takes pages of any size",
		CodeBinary:           "-o FILE saves it; a pipe takes it as it is",
		CodeTunnel:           "the proxy may want a name and password: -U NAME:PASSWORD",
		CodeTunnelBroken:     "what answered may be no HTTP proxy: check its scheme and port in -x or in the environment",
		CodeProxySyntax:      "wanted [SCHEME://][USER:PASSWORD@]HOST[:PORT]",
		CodeProxyScheme:      "there are proxies of the schemes " + proxySchemes(),
		CodeScheme:           "http:// and https:// are fetched",
	}
}

// Hint returns what to try after a failure with this code, "" where nothing helps.
func Hint(code trace.Code) string { return hints()[code] }

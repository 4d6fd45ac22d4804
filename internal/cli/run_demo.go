package cli

import (
	"context"
	"fmt"
	"strings"

	"fetchscope/internal/demo"
	"fetchscope/resolver"
)

// demo is the command: the six steps against an internet on loopback. Words are paths
// on its origin; without one it is the front page.
func (p *program) demo(ctx context.Context, words []string) error {
	internet, err := demo.Start()
	if err != nil {
		return err
	}
	defer internet.Close()
	if p.s.serve {
		return p.serveDemo(ctx, internet)
	}
	p.s.fetch.Resolver.Servers = []resolver.Server{{Addr: internet.Resolver, Protocol: "udp"}}
	p.s.fetch.CAFile = internet.CAFile
	if !p.s.silent && p.s.view != "none" && p.s.format == "" {
		fmt.Fprintf(p.stderr, "an internet on loopback: resolver %s, origin 127.0.0.1:%d\n\n", internet.Resolver, internet.HTTPS)
	}
	if len(words) == 0 {
		words = []string{"/"}
	}
	urls := make([]string, len(words))
	for i, w := range words {
		urls[i] = w
		if strings.HasPrefix(w, "/") {
			urls[i] = internet.URL(w)
		}
	}
	return p.fetch(ctx, urls)
}

// serveDemo keeps it running until it is interrupted.
func (p *program) serveDemo(ctx context.Context, n *demo.Internet) error {
	curl := fmt.Sprintf("curl --cacert %s --resolve %s:%d:127.0.0.1", n.CAFile, demo.Host, n.HTTPS)
	overTLS, overHTTPS := fmt.Sprintf("tls://%s", n.ResolverTLS), fmt.Sprintf("https://%s/dns-query", n.ResolverHTTPS)
	_, err := fmt.Fprintf(p.stdout, `an internet on loopback, until Ctrl-C:

  resolver   %s (udp and tcp)
             %s
             %s
  https      %s
  http       %s
  authority  %s

  fetchscope --server %s --cacert %s %s
  fetchscope resolve --server %s --cacert %s %s
  fetchscope resolve --server %s --cacert %s %s
  %s %s
  dig @%s -p %d %s
`, n.Resolver, overTLS, overHTTPS, n.URL("/"), n.PlainURL("/"), n.CAFile,
		n.Resolver, n.CAFile, n.URL("/"), overTLS, n.CAFile, demo.Host, overHTTPS, n.CAFile, demo.Host,
		curl, n.URL("/"), n.Resolver.Addr(), n.Resolver.Port(), demo.Host)
	if err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

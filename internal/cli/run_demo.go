package cli

import (
	"context"
	"fmt"
	"strings"

	"fetchscope/internal/demo"
	"fetchscope/resolver"
	"fetchscope/trace"
)

// demo is the command: the six steps against an internet on loopback. Words are paths
// on its origin; without one it is the front page.
func (p *operation) demo(ctx context.Context, words []string) error {
	fault := demo.FaultNamed(p.s.fault)
	if err := p.checkLab(); err != nil {
		return err
	}
	switch {
	case p.end != nil && p.end.Side == trace.Server:
		return p.serveLab(fault)
	case p.end != nil:
		internet, err := p.enterLab()
		if err != nil {
			return err
		}
		ctx, cancel := p.untilOver(ctx)
		defer cancel()
		return p.fetchDemo(ctx, internet, fault, words)
	case p.s.lab:
		return p.runLab(ctx)
	}
	internet, err := demo.StartWith(fault)
	if err != nil {
		return err
	}
	defer internet.Close()
	if p.s.serve {
		return p.serveDemo(ctx, internet, fault)
	}
	return p.fetchDemo(ctx, internet, fault, words)
}

// fetchDemo fetches from an embedded internet.
func (p *operation) fetchDemo(ctx context.Context, internet *demo.Internet, fault demo.Fault, words []string) error {
	if err := p.resolveWithin(internet, fault); err != nil {
		return err
	}
	p.s.fetch.CAFile = internet.CAFile
	if !p.s.silent && p.s.view != "none" && p.s.format == "" {
		fmt.Fprint(p.stderr, p.demoHeading(internet, fault))
	}
	if len(words) == 0 {
		words = []string{"/"}
	}
	for _, w := range words {
		if strings.HasPrefix(w, "/") {
			w = internet.URL(w)
		}
		p.s.targets = append(p.s.targets, target{word: w})
	}
	return p.program.fetch(ctx)
}

// resolveWithin has names resolved in the demo's internet: by its resolver, or from its
// root down if that is asked for, or needed for a fault to show.
func (p *operation) resolveWithin(n *demo.Internet, fault demo.Fault) error {
	c := &p.s.fetch.Resolver
	if c.Iterate && n.NamePort == 0 {
		return usage("--iterate: "+sharedAddress, "without --iterate the demo's resolver is asked")
	}
	c.Servers = []resolver.Server{{Addr: n.Resolver, Protocol: resolver.UDP}}
	c.RootHints, c.TrustAnchor, c.Port = n.HintsFile, n.AnchorFile, n.NamePort
	c.Iterate = c.Iterate || fault.Walk && n.NamePort != 0
	c.DNSSEC = c.DNSSEC || fault.Validate
	return nil
}

// sharedAddress is said where nobody can walk through the demo's internet.
const sharedAddress = "the loopback of this system has 127.0.0.1 alone, where the demo's name servers cannot have one port"

// demoHeading says what the page comes from.
func (p *operation) demoHeading(n *demo.Internet, fault demo.Fault) string {
	names := fmt.Sprintf("resolver %s", n.Resolver)
	if p.s.fetch.Resolver.Iterate {
		names = fmt.Sprintf("root %s", n.Root)
	}
	heading := fmt.Sprintf("an internet on loopback: %s, origin 127.0.0.1:%d\n", names, n.HTTPS)
	if p.end != nil {
		heading = p.labHeading(names)
	}
	if fault.Name != "" {
		heading += fmt.Sprintf("its fault, %s: %s\n", fault.Name, fault.Means)
	}
	return heading + "\n"
}

// serveDemo keeps it running until it is interrupted.
func (p *operation) serveDemo(ctx context.Context, n *demo.Internet, fault demo.Fault) error {
	if _, err := fmt.Fprint(p.stdout, served(n, fault)); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// served says what is there, and how to use it.
func served(n *demo.Internet, fault demo.Fault) string {
	var b strings.Builder
	fmt.Fprintf(&b, "an internet on loopback, until Ctrl-C:\n\n")
	if fault.Name != "" {
		fmt.Fprintf(&b, "  fault      %s: %s\n", fault.Name, fault.Means)
	}
	fmt.Fprintf(&b, "  resolver   %s (udp and tcp)\n             tls://%s\n             https://%s/dns-query\n", n.Resolver, n.ResolverTLS, n.ResolverHTTPS)
	if n.NamePort != 0 {
		fmt.Fprintf(&b, "  root       127.53.0.1, test. 127.53.0.2, fetchscope.test. and plain.test. 127.53.0.3, port %d\n", n.NamePort)
		fmt.Fprintf(&b, "  hints      %s\n", n.HintsFile)
	} else {
		fmt.Fprintf(&b, "  root       not to be reached: %s\n", sharedAddress)
	}
	fmt.Fprintf(&b, "  anchor     %s\n  https      %s\n  http       %s\n  authority  %s\n\n", n.AnchorFile, n.URL("/"), n.PlainURL("/"), n.CAFile)
	for _, line := range commandLines(n) {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	return b.String()
}

// commandLines can be pasted as they are.
func commandLines(n *demo.Internet) []string {
	validated := fmt.Sprintf("--dnssec --trust-anchor %s", n.AnchorFile)
	lines := []string{
		fmt.Sprintf("fetchscope --server %s --cacert %s %s", n.Resolver, n.CAFile, n.URL("/")),
		fmt.Sprintf("fetchscope resolve --server %s %s %s", n.Resolver, validated, demo.Host),
		fmt.Sprintf("fetchscope resolve --server tls://%s --cacert %s %s", n.ResolverTLS, n.CAFile, demo.Host),
		fmt.Sprintf("fetchscope resolve --server https://%s/dns-query --cacert %s %s", n.ResolverHTTPS, n.CAFile, demo.Host),
	}
	if n.NamePort != 0 {
		walk := fmt.Sprintf("--iterate --root-hints %s --port %d", n.HintsFile, n.NamePort)
		lines = append(lines,
			fmt.Sprintf("fetchscope resolve %s %s %s", walk, validated, demo.Host),
			fmt.Sprintf("fetchscope %s %s --cacert %s %s", walk, validated, n.CAFile, n.URL("/")),
			fmt.Sprintf("dig @127.53.0.1 -p %d +norecurse +dnssec %s", n.NamePort, demo.Host))
	}
	return append(lines,
		fmt.Sprintf("curl --cacert %s --resolve %s:%d:127.0.0.1 %s", n.CAFile, demo.Host, n.HTTPS, n.URL("/")),
		fmt.Sprintf("dig @%s -p %d +dnssec %s", n.Resolver.Addr(), n.Resolver.Port(), demo.Host))
}

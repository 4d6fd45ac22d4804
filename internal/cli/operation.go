package cli

import (
	"context"
	"errors"
	"slices"

	"fetchscope/internal/fetch"
	"fetchscope/trace/writeout"
)

// An operation is what the command line asks for up to --next: URLs, and how to fetch
// them. What holds for the whole run is in the program, whose settings are global.
type operation struct {
	*program
	s settings

	writeOut *writeout.Format // nil without -w
	fetcher  *fetch.Fetcher   // once it has begun
}

// complete checks the options against one another and reads what they name.
func (p *operation) complete() error {
	p.s.fetch.Getenv = p.getenv
	if err := p.readWriteOut(); err != nil {
		return err
	}
	if p.format != "" && p.writesBeside() {
		return usage("--format puts its document on stdout, where -o -, -D -, -w or --trace - would write too", "name a file; for -w begin with %{stderr}")
	}
	for _, check := range []func() error{p.checkEngine, p.checkFormat, p.traced, p.checkByAddress, p.s.checkMemory, p.addHeaders, p.makePayload, p.checkPartial} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// begin makes ready to fetch: it reads what earlier operations may have written.
func (p *operation) begin() error {
	if p.fetcher != nil {
		return nil
	}
	if err := p.recall(); err != nil {
		return err
	}
	o := &p.s.fetch
	o.Packets = p.capture
	if p.keys != nil {
		o.KeyLog = p.keys
	}
	if p.wire != nil {
		o.Tap = p.wire.tap
	}
	if p.outwait {
		o.Close.TimeWait = p.timeWait
	}
	var err error
	if p.fetcher, err = p.fetches.Fetcher(*o); err != nil {
		return unusable(err)
	}
	return nil
}

// watched says whether anybody gets to see what happens.
func (p *program) watched() bool {
	writeOut := slices.ContainsFunc(p.ops, func(o *operation) bool { return o.s.writeOut != "" })
	return !p.silent || p.format != "" || p.otlp != "" || p.pcap != "" || p.wireTo != "" || writeOut
}

// completeAll makes all operations ready that the command line has, so that what makes no
// sense is found before anything is fetched.
func (p *program) completeAll(ctx context.Context) error {
	for _, op := range p.ops {
		if len(op.s.targets) == 0 {
			return errNoURL
		}
		if err := op.complete(); err != nil {
			return err
		}
		if err := op.completeLogin(ctx); err != nil {
			return err
		}
	}
	return nil
}

var errNoURL = usage("no URL", "fetchscope URL, or fetchscope --help")

// stopped says whether a run is not to go on behind an error.
func (p *program) stopped(err error) bool {
	return err != nil && p.failEarly || errors.Is(err, errInterrupted)
}

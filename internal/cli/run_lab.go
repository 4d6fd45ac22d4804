package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fetchscope/internal/demo"
	"fetchscope/internal/lab"
)

// The limits of the lab's link. A round trip to the other side of the world takes 300 ms,
// and where more than half is lost, nothing comes about.
const (
	defaultRTT = 40 * time.Millisecond
	maxRTT     = 10 * time.Second
	maxLoss    = 50
)

// labSettles is how long the lab's server is watched when our end is over: its FIN, when
// that or our acknowledgement was lost, comes again after some 200 ms, 400 ms and so on.
const labSettles = 8 * time.Second

// viewLab is the view of the lab where none is chosen: timeline and ladder.
const viewLab = "lab"

func roundTrip(g *global, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > maxRTT {
		return fmt.Errorf("wanted a time from 0 to %v, such as 40ms", maxRTT)
	}
	g.link.RTT = d
	return nil
}

func lossRate(g *global, v string) error {
	f, err := strconv.ParseFloat(strings.TrimSuffix(v, "%"), 64)
	if err != nil || !(f >= 0 && f <= maxLoss) {
		return fmt.Errorf("wanted a share from 0%% to %d%%, such as 2%%", maxLoss)
	}
	g.link.Loss = f / 100
	return nil
}

func dropPacket(g *global, v string) error {
	var drop string
	err := oneOf(func(*global) *string { return &drop }, lab.Drops...)(g, v)
	g.link.Drop = lab.Drop(drop)
	return err
}

// checkLab refuses options that make no sense without the lab, or with it.
func (p *operation) checkLab() error {
	if p.s.lab && p.s.serve {
		return usage("--lab ends with its fetch, and --serve goes on", "without --lab --serve takes any client")
	}
	for _, o := range p.s.given {
		if o.category == "lab" && !p.s.lab {
			return usage("--"+o.long+" is about the lab's link", "fetchscope demo --lab --"+o.long+" ...")
		}
	}
	return nil
}

// runLab runs this command line again, at the client's end of a lab.
func (p *operation) runLab(ctx context.Context) error {
	o := p.s.link
	o.Ports = []uint16{demo.PortHTTP, demo.PortHTTPS}
	status, err := lab.Run(ctx, o, lab.Command{Args: p.args, Stdin: p.stdin, Stdout: p.stdout, Stderr: p.stderr})
	switch {
	case errors.Is(err, errInterrupted):
		return &statusError{status: statusInterrupted, err: err}
	case err != nil:
		return labRefused(err)
	case status != 0:
		return &statusError{status: status, err: errors.New("the lab's fetch failed"), shown: true}
	}
	return nil
}

// labRefused is the error of a lab that cannot be had: what was asked for cannot be done
// here.
func labRefused(err error) error {
	var refused *lab.Error
	if errors.As(err, &refused) {
		return usage(refused.Error(), refused.Hint)
	}
	return usage(err.Error(), "")
}

// serveLab is the server's end: the demo's internet, until the lab is over. An interrupt
// is for the client, which still needs the server for its close.
func (p *operation) serveLab(fault demo.Fault) error {
	var internet *demo.Internet
	err := p.end.Serve(func() (brief any, err error) {
		internet, err = demo.StartAt(fault, demo.Place{Origin: lab.ServerAddr, Origin6: lab.ServerAddr6, Names: lab.ServerNet})
		return internet, err
	})
	if err != nil {
		return &statusError{status: statusUsage, err: err, shown: true} // the one knows who asked
	}
	<-p.end.Over()
	return internet.Close()
}

// enterLab is the client's end: it finds the demo's internet behind the link.
func (p *operation) enterLab() (*demo.Internet, error) {
	internet := &demo.Internet{}
	diag, err := p.end.Enter(internet)
	if err != nil {
		return nil, &statusError{status: statusUsage, err: err, shown: true}
	}
	p.s.fetch.Far, p.s.fetch.Close.ServerSettles = diag, labSettles
	if !p.s.gave("view") && !p.s.gave("verbose") {
		p.s.view = viewLab
	}
	return internet, nil
}

// untilOver is a context that ends with the lab too.
func (p *operation) untilOver(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-p.end.Over():
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// labHeading says what the page comes from.
func (p *operation) labHeading(names string) string {
	return fmt.Sprintf("a lab of two hosts, %s:\n%s, origin %s\n", linkWords(p.s.link), names, lab.ServerAddr)
}

// linkWords describes the link.
func linkWords(o lab.Options) string {
	words := fmt.Sprintf("%v ms apart and back", float64(o.RTT)/float64(time.Millisecond))
	if o.Loss > 0 {
		words += fmt.Sprintf(", %v %% of the packets lost (by chance, seed %d)", o.Loss*100, lab.Seed)
	}
	if o.Drop != lab.DropNone {
		words += ", " + dropWords[o.Drop] + " lost"
	}
	return words
}

var dropWords = map[lab.Drop]string{
	lab.DropSYN: "the client's first SYN", lab.DropFIN: "the client's first FIN",
	lab.DropLastACK: "the client's last ACK",
}

package cli

import "fetchscope/internal/lab"

// Global are the settings of the whole run: what they say holds for all operations,
// whichever they are given in, as with curl.
type global struct {
	silent     bool
	showError  bool
	noProgress bool
	bar        bool // -#
	format     string
	view       string
	color      string
	ascii      bool
	width      int
	secrets    bool
	packets    string
	pcap       string
	otlp       string // the collector of spans
	wireTo     string // what goes over is written there
	wireHex    bool
	wireTime   bool

	failEarly   bool
	parallel    bool // -Z
	parallelMax int  // 0 for what is usual
	immediate   bool // --parallel-immediate, which every transfer is
	dryRun      bool
	byAddress   bool
	outwait     bool

	lab          bool
	link         lab.Options
	serve        bool
	fault        string
	wantsHelp    bool
	wantsVersion bool
}

func usual() *global {
	return &global{color: "auto", view: "timeline", packets: packetsAuto, link: lab.Options{RTT: defaultRTT}}
}

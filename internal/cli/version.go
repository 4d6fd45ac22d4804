package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// linked is set at link time for archives.
var linked string

// release is the version in development.
const release = "0.1.0"

func version() string {
	if linked != "" {
		return linked
	}
	return release
}

// versionText is what -V shows.
func versionText() string {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = " " + s.Value[:12]
			}
		}
	}
	return fmt.Sprintf("fetchscope %s%s (%s/%s, %s)\nProtocols: http https", version(), revision, runtime.GOOS, runtime.GOARCH, runtime.Version())
}

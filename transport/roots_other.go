//go:build !linux

package transport

// systemBundle returns nothing: the platform's verifier knows what is trusted.
func systemBundle() []byte { return nil }

// systemDirs returns nothing, for the same reason.
func systemDirs() []string { return nil }

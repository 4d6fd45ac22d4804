package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// private is the mode of a new file that holds what is nobody else's business.
const private = 0o600

// replaceFile writes a file so that at any time the old one is there or the new one, whole.
// The mode of the old one stays. What is no regular file, and what stands in a folder that
// takes no new file, is written in place.
func replaceFile(name string, write func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	mode := fs.FileMode(private)
	switch info, err := os.Stat(name); {
	case err == nil && !info.Mode().IsRegular():
		return overwrite(name, write)
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	// The name is short, so that there is room for it where the file's own is as long as
	// may be.
	f, err := os.CreateTemp(filepath.Dir(name), ".fetchscope-*")
	if err != nil {
		return overwrite(name, write)
	}
	err = errors.Join(write(f), f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// overwrite writes a file in place.
func overwrite(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, private)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

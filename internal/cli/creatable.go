package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// creatable finds out what would keep a file from being written, without creating it: a
// file that is to take a body is there once something came for it, as with curl.
func creatable(name string) error {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return notOpened(name, syscall.EISDIR)
	case err == nil:
		return notOpened(name, writable(name))
	case !errors.Is(err, fs.ErrNotExist):
		return notOpened(name, err)
	}
	folder := filepath.Dir(name)
	if _, err := os.Stat(folder); err != nil {
		return notOpened(name, err)
	}
	return notOpened(name, writable(folder))
}

// notOpened words an error as if the file had been opened; nil stays nil.
func notOpened(name string, err error) error {
	if err == nil {
		return nil
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &fs.PathError{Op: "open", Path: name, Err: err}
}

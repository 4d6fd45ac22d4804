package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func TestCreatable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	locked, lockedFile := filepath.Join(dir, "locked"), filepath.Join(dir, "read-only")
	for _, err := range []error{
		os.WriteFile(file, []byte("old"), 0o644), os.WriteFile(lockedFile, nil, 0o444), os.Mkdir(locked, 0o555),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	guarded := os.Geteuid() > 0 // root may write everywhere, and elsewhere nobody asks
	for _, c := range []struct {
		name, path string
		want       error
		guarded    bool
	}{
		{"a new file", filepath.Join(dir, "new"), nil, false},
		{"a file that is there", file, nil, false},
		{"a device", os.DevNull, nil, false},
		{"a folder", dir, syscall.EISDIR, false},
		{"in a folder that is not there", filepath.Join(dir, "no", "new"), fs.ErrNotExist, false},
		{"a folder that is not there", filepath.Join(dir, "no") + string(filepath.Separator), fs.ErrNotExist, false},
		{"in a folder that may not be written", filepath.Join(locked, "new"), fs.ErrPermission, true},
		{"a file that may not be written", lockedFile, fs.ErrPermission, true},
	} {
		if c.guarded && !guarded {
			t.Logf("%s: not tried as root", c.name)
			continue
		}
		err := creatable(c.path)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "open "+c.path+": ") {
			t.Errorf("%s: %q does not name the file", c.name, err)
		}
	}
	if runtime.GOOS != "windows" {
		if err := creatable(filepath.Join(file, "new")); !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("in a file: %v, want %v", err, syscall.ENOTDIR)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file was created: %v", err)
	}
	if b, err := os.ReadFile(file); string(b) != "old" {
		t.Errorf("the old file holds %q (%v)", b, err)
	}
}

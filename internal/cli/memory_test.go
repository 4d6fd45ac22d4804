package cli

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func put(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func TestReplaceFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	tests := []struct {
		name string
		// make makes what is there before, and returns where the text is to be.
		make func(t *testing.T, file string) (text string)
		mode os.FileMode
	}{
		{"new", func(_ *testing.T, file string) string { return file }, 0o600},
		{"there", func(t *testing.T, file string) string {
			write(t, file, 0o640)
			return file
		}, 0o640},
		{"behind a link", func(t *testing.T, file string) string {
			write(t, file+"-target", 0o644)
			if err := os.Symlink(file+"-target", file); err != nil {
				t.Fatal(err)
			}
			return file + "-target"
		}, 0o644},
	}
	for _, name := range []string{"jar", strings.Repeat("j", 240)} {
		for _, tt := range tests {
			t.Run(tt.name+"/"+name[:3], func(t *testing.T) {
				file := filepath.Join(t.TempDir(), name)
				target := tt.make(t, file)
				before, _ := os.Lstat(file)
				if err := replaceFile(file, put("new")); err != nil {
					t.Fatal(err)
				}
				if got := readFile(t, target); got != "new" {
					t.Errorf("the file holds %q", got)
				}
				info, err := os.Stat(target)
				if err != nil || info.Mode().Perm() != tt.mode {
					t.Errorf("its mode is %v, %v, want %v", info.Mode(), err, tt.mode)
				}
				if after, _ := os.Lstat(file); before != nil && after.Mode().Type() != before.Mode().Type() {
					t.Errorf("%v became %v", before.Mode(), after.Mode())
				}
			})
		}
	}
}

func write(t *testing.T, file string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.WriteFile(file, []byte("old"), mode), os.Chmod(file, mode)); err != nil {
		t.Fatal(err)
	}
}

// A write that fails leaves the old file and nothing beside it.
func TestReplaceFileKeepsTheOldOne(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "jar")
	write(t, file, 0o600)
	broken := errors.New("broken")
	err := replaceFile(file, func(w io.Writer) error { return errors.Join(put("half")(w), broken) })
	if !errors.Is(err, broken) || readFile(t, file) != "old" {
		t.Errorf("%v, and the file holds %q", err, readFile(t, file))
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("the folder holds %v", entries)
	}
}

// What is no regular file is written in place.
func TestReplaceFileLeavesDevices(t *testing.T) {
	if err := replaceFile(os.DevNull, put("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s is %v, %v", os.DevNull, info.Mode(), err)
	}
}

func TestUsualNetrc(t *testing.T) {
	home := filepath.Join("home", "me")
	for _, tt := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"in the home directory", map[string]string{"HOME": home}, filepath.Join(home, ".netrc")},
		{"named by the environment", map[string]string{"HOME": home, "NETRC": "mine"}, "mine"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &program{getenv: func(name string) string { return tt.env[name] }}
			got := p.usualNetrc()
			if runtime.GOOS == "windows" {
				got = strings.Replace(got, "_netrc", ".netrc", 1)
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// The file of --alt-svc is curl's, with what is not used kept.
func TestAltSvcFile(t *testing.T) {
	const entry = `h1 h.test 443 h3 other.test 8443 "29991231 23:59:59" 1 0` + "\n"
	inFolder(t, map[string]string{"cache": "# mine\n" + entry + "nonsense\n"})
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	if status, _, stderr := inProcess("", "-s", "--alt-svc", "missing", "--alt-svc", "cache", s.URL); status != 0 {
		t.Fatalf("%d, %s", status, stderr)
	}
	if got := readFile(t, "cache"); !strings.HasPrefix(got, "# Your alt-svc cache.") || !strings.HasSuffix(got, "\n"+entry) {
		t.Errorf("%q", got)
	}
	if _, err := os.Stat("missing"); err == nil {
		t.Error("the first is written too")
	}
}

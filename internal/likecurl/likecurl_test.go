package likecurl

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fetchscope/internal/cli"

	"github.com/google/go-cmp/cmp"
)

// asCommand in the environment makes the test's binary be the command.
const asCommand = "LIKECURL_IS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// An outcome is all that a command line leaves behind.
type outcome struct {
	Status int
	Stdout string
	Files  map[string]string
	// Requests are what came on each connection, in the order in which they were made.
	Requests []string
}

// A runner is one of the two programs, with the words that make them comparable.
type runner struct {
	path  string
	words []string
	env   []string
}

// TestLikeCurl runs each command line by curl and by us.
func TestLikeCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	theirs := runner{curl, []string{"-q", "-s", "-A", agent}, nil}
	ours := runner{self, []string{"-s", "-A", agent, "--source"}, []string{asCommand + "=1", "GORACE=atexit_sleep_ms=0"}}
	sites := startSites(t)
	for _, c := range commands {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.nginx && sites.nginx == "" {
				t.Skip("nginx is not installed")
			}
			s := startServer(t, sites.certificate)
			want := c.run(t, theirs, s, sites)
			s.forget()
			got := c.run(t, ours, s, sites)
			if c.even != nil {
				c.even(&want)
				c.even(&got)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q\n(-curl +ours):\n%s", c.args, diff)
			}
			if strings.Contains(want.Stdout, noPage) {
				t.Errorf("%q: the server does not know the page", c.args)
			}
			if !c.fails && want.Status != 0 || c.fails && want.Status == 0 {
				t.Errorf("%q: curl's exit status is %d: the case does not show what it is for", c.args, want.Status)
			}
		})
	}
}

// patience is how long a command may take; none waits for longer than a few seconds.
const patience = 30 * time.Second

// agent is what both programs say that they are.
const agent = "either/1.0"

// run runs the command line in a folder of its own.
func (c command) run(t *testing.T, r runner, s *server, sites *sites) outcome {
	t.Helper()
	dir := t.TempDir()
	for name, content := range c.files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	places := s.places(sites)
	words := append([]string{}, r.words...)
	for _, a := range c.args {
		words = append(words, places.Replace(a))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.path, words...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + sites.home, "LC_ALL=C.UTF-8", "RES_OPTIONS=timeout:1 attempts:1"}, r.env...)
	cmd.Stdin = strings.NewReader(c.stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if strings.Contains(stderr.String(), "DATA RACE") {
		t.Error(stderr.String())
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), filesIn(t, dir), s.received(t)}
}

// filesIn reads all files of a folder.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

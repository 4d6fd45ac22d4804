package peers

import (
	"path/filepath"
	"testing"
)

// What has not changed since its entity tag was saved is not sent again, and a tag of
// something else does not keep it back.
func TestEntityTags(t *testing.T) {
	for _, o := range origins {
		t.Run(o.name, func(t *testing.T) {
			s := o.start(t)
			dir := t.TempDir()
			tag, body := filepath.Join(dir, "tag"), filepath.Join(dir, "body")
			for _, step := range []struct {
				name   string
				words  []string
				status int
			}{
				{"saved", []string{"--etag-save", tag, Random}, 200},
				{"unchanged", []string{"--etag-compare", tag, Random}, 304},
				{"another file", []string{"--etag-compare", tag, Text}, 200},
			} {
				f := s.fetch(t, s.Secure, body, nil, step.words...)
				if got := f.last().Response.Status; got != step.status {
					t.Errorf("%s: status %d, want %d", step.name, got, step.status)
				}
			}
		})
	}
}

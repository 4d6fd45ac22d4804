package peers

import (
	"fmt"
	"path/filepath"
	"testing"
)

// Many fetches at a time are told apart: what each of them and each of their connections
// carried is what the server's log says.
func TestSideBySide(t *testing.T) {
	const many = 30
	for _, o := range origins {
		t.Run(o.name, func(t *testing.T) {
			s := o.start(t)
			for _, base := range []string{s.Plain, s.Secure} {
				dir := t.TempDir()
				words := []string{"-Z", "--parallel-max", "4"}
				for i := range many {
					path := []string{Text, Random, Missing}[i%3]
					words = append(words, fmt.Sprintf("%s?%d", path, i))
					if i > 0 {
						words = append(words, "-o", filepath.Join(dir, fmt.Sprint(i)))
					}
				}
				f := s.fetch(t, base, filepath.Join(dir, "0"), nil, words...)
				if len(f.exchanges) != many {
					t.Errorf("%d exchanges", len(f.exchanges))
				}
				same(t, f.body, s.Site.Content(t, Text))
			}
		})
	}
}

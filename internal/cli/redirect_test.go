package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The last of -L and --follow counts, and is told of where both are given.
func TestFollowing(t *testing.T) {
	var methods []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods = append(methods, r.Method)
		if r.URL.Path == "/" {
			w.Header().Set("Location", "/end")
			w.WriteHeader(http.StatusSeeOther)
		}
	}))
	defer s.Close()
	for _, tt := range []struct {
		args string
		want []string
		told string
	}{
		{"-X PUT", []string{"PUT"}, ""},
		{"-X PUT -L", []string{"PUT", "PUT"}, ""},
		{"-X PUT --follow", []string{"PUT", "GET"}, ""},
		{"-X DELETE -d x --follow", []string{"DELETE", "GET"}, ""},
		{"-X PUT -L --follow", []string{"PUT", "GET"}, "--follow overrides --location"},
		{"-X PUT --follow -L", []string{"PUT", "PUT"}, "--location overrides --follow"},
		{"-X PUT --follow --no-follow", []string{"PUT"}, ""},
		{"-I --follow", []string{"HEAD", "HEAD"}, ""},
		{"-I -X PUT --follow", []string{"PUT", "HEAD"}, ""},
		{"-X PUT --location-trusted", []string{"PUT", "PUT"}, ""},
	} {
		t.Run(tt.args, func(t *testing.T) {
			methods = nil
			_, _, stderr := inProcess("", append(strings.Fields(tt.args), "--view", "none", s.URL)...)
			if diff := cmp.Diff(tt.want, methods); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if tt.told == "" && stderr != "" || !strings.Contains(stderr, tt.told) {
				t.Errorf("told %q, want %q", stderr, tt.told)
			}
		})
	}
}

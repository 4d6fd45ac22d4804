package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestTheTableIsCurrent(t *testing.T) {
	dir := t.TempDir()
	if err := generate(dir); errors.Is(err, errNoSource) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"list.txt", "date.go"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is stale: go generate ./httpclient/cookie/suffix writes it", name)
		}
	}
}

package term

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"
)

// AskSecret asks the person at a terminal for a line that does not appear there; asked is
// false where there is no terminal, and nothing is read. A terminal cannot be told that
// nobody reads it any more: where the context ends, what reads it lasts as long as the
// program does.
func AskSecret(ctx context.Context, in *os.File, out io.Writer, prompt string) (secret string, asked bool, err error) {
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", false, nil
	}
	if _, err := io.WriteString(out, prompt); err != nil {
		return "", true, err
	}
	type line struct {
		text []byte
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		secret, err = string(l.text), l.err
	case <-ctx.Done():
		err = errors.Join(context.Cause(ctx), term.Restore(fd, before))
	}
	_, _ = io.WriteString(out, "\n")
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return secret, true, err
}

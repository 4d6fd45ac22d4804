// Fetchscope fetches a URL in six steps and shows what truly happened in each.
package main

import (
	"context"
	"os"

	"fetchscope/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

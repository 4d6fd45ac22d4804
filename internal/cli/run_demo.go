package cli

import "context"

func (p *program) demo(ctx context.Context, words []string) error { return nil }

package fetch

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"fetchscope/httpclient"
	"fetchscope/internal/httpdate"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
)

// A RetryPolicy says when a fetch is tried again.
type RetryPolicy struct {
	// Max is how often.
	Max int
	// Delay is the wait before each, 0 for one second that doubles.
	Delay time.Duration
	// MaxTime is when the last may begin, 0 for any time.
	MaxTime time.Duration
	// AllErrors takes every error for one that may pass, Refused a refused connection.
	AllErrors, Refused bool
}

// A Retry is one that is about to be.
type Retry struct {
	// Cause is what the fetch before ended with: its error, or a status.
	Cause error
	Wait  time.Duration
	// Left counts those that are left behind this one.
	Left int
}

// A Retrier is an Output that is told of retries. What it got of the fetch is void.
type Retrier interface {
	Retry(Retry) error
}

// transient are the statuses that may pass (RFC 9110, section 15, and 522 and 524, with
// which a proxy says that the origin did not answer in time).
var transient = []int{408, 429, 500, 502, 503, 504, 522, 524}

// The wait before a retry begins with one second and doubles up to ten minutes.
const (
	firstDelay = time.Second
	maxDelay   = 10 * time.Minute
)

// maxRetryAfter bounds how long a server can make us wait.
const maxRetryAfter = 6 * time.Hour

// Retries counts those of one fetch.
type retries struct {
	RetryPolicy
	begun time.Time
	delay time.Duration
}

func newRetries(p RetryPolicy) *retries {
	r := &retries{RetryPolicy: p, delay: firstDelay}
	if p.Delay > 0 {
		r.delay = p.Delay
	}
	if p.MaxTime > 0 {
		r.begun = time.Now()
	}
	return r
}

// next says whether and how a fetch that ended is tried again.
func (r *retries) next(h *hop, err error) (Retry, bool) {
	cause := r.cause(h, err)
	wait, ok := r.wait(h)
	if cause == nil || !ok {
		return Retry{}, false
	}
	r.Max--
	if r.RetryPolicy.Delay <= 0 {
		r.delay = min(2*r.delay, maxDelay)
	}
	return Retry{Cause: cause, Wait: wait, Left: r.Max}, true
}

// due says whether an answer that came whole will be asked for again.
func (r *retries) due(h *hop) bool {
	_, ok := r.wait(h)
	return ok && r.cause(h, nil) != nil
}

// wait is how long the next retry waits, where there may be one.
func (r *retries) wait(h *hop) (wait time.Duration, ok bool) {
	if r.Max <= 0 {
		return 0, false
	}
	after := time.Duration(0)
	if h.answered != nil {
		after = retryAfter(h.answered)
	}
	wait = max(r.delay, after)
	if r.RetryPolicy.MaxTime > 0 {
		spent := time.Since(r.begun)
		if spent >= r.MaxTime || after > 0 && spent+wait > r.MaxTime {
			return 0, false
		}
	}
	return wait, true
}

// cause is why a fetch should be tried again, nil where it should not.
func (r *retries) cause(h *hop, err error) error {
	status := 0
	if h.answered != nil {
		status = h.answered.Status
	}
	var f *Failure
	if errors.As(err, &f) {
		var name *resolver.Error
		unresolved := f.Phase == trace.Resolve && errors.As(f.Err, &name)
		switch {
		case f.Code == transport.CodeInterrupted || f.Code == resolver.Cancelled:
			return nil
		case f.Code == transport.CodeTimeout || f.Code == resolver.Timeout || unresolved || r.AllErrors:
			return err
		case f.Code == transport.CodeRefused:
			return map[bool]error{true: err}[r.Refused]
		case f.Code != CodeHTTPError:
			return nil
		}
	}
	if slices.Contains(transient, status) {
		return &statusError{status, h.answered.Reason}
	}
	return nil
}

// retryAfter is how long the server asks to wait (RFC 9110, section 10.2.3).
func retryAfter(resp *httpclient.Response) time.Duration {
	value := resp.Header.First("Retry-After")
	n, err := strconv.ParseUint(value, 10, 31)
	switch {
	case err == nil:
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	case errors.Is(err, strconv.ErrRange):
		return maxRetryAfter
	}
	if t, ok := httpdate.Parse(value); ok {
		return min(max(time.Until(t), 0), maxRetryAfter)
	}
	return 0
}

// begin tells the output of a retry and waits for it.
func (r Retry) begin(ctx context.Context, out Output) error {
	if o, ok := out.(Retrier); ok {
		if err := o.Retry(r); err != nil {
			return &Failure{Phase: trace.InOutput, Code: CodeWrite, Err: err}
		}
	}
	return pause(ctx, r.Wait)
}

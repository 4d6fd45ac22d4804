package trace

// BodyProgress is how a large body came, told at its end.
type BodyProgress struct {
	Points []ProgressPoint `json:"points"`
}

// A ProgressPoint is how much of a body, as framed, had come by a moment.
type ProgressPoint struct {
	At    Time  `json:"at_ns"`
	Bytes int64 `json:"bytes"`
}

// Kind names the event in the JSONL stream.
func (BodyProgress) Kind() string { return "body_progress" }

func (e BodyProgress) from(base Time) Event {
	points := make([]ProgressPoint, len(e.Points))
	for i, p := range e.Points {
		points[i] = ProgressPoint{At: p.At - base, Bytes: p.Bytes}
	}
	return BodyProgress{points}
}

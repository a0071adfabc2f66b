package prom

import (
	"context"
	"errors"
	"log/slog"
)

// quiet lowers what Prometheus tells of its own working to debug: it says more
// at every start than all of Luneo together.
func quiet(l *slog.Logger) *slog.Logger {
	return slog.New(quietHandler{l.Handler()}).With("component", "prometheus")
}

type quietHandler struct{ slog.Handler }

func lowered(level slog.Level) slog.Level {
	if level == slog.LevelInfo {
		return slog.LevelDebug
	}
	return level
}

// Enabled reports whether the lowered level is logged.
func (h quietHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.Handler.Enabled(ctx, lowered(level))
}

// Handle logs the record at the lowered level.
func (h quietHandler) Handle(ctx context.Context, r slog.Record) error {
	r.Level = lowered(r.Level)
	if aboutFullDisk(r) {
		r.Level = slog.LevelDebug
	}
	if !h.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// aboutFullDisk reports whether a record tells of one more sample that a full
// disk refused: the log, which may be on the same disk, has said so once.
func aboutFullDisk(r slog.Record) (about bool) {
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		about = ok && errors.Is(err, errDiskFull)
		return !about
	})
	return about
}

// WithAttrs keeps the handler quiet.
func (h quietHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quietHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the handler quiet.
func (h quietHandler) WithGroup(name string) slog.Handler {
	return quietHandler{h.Handler.WithGroup(name)}
}

package main

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
)

// configSource is where a command's configuration comes from. It registers a
// flag for each key of the configuration.
type configSource struct {
	file  string
	flags *pflag.FlagSet
}

func (s *configSource) register(flags *pflag.FlagSet) {
	s.flags = flags
	flags.StringVar(&s.file, "config", "", "Configuration file; luneo.yml in the working directory when there is one.")
	for _, k := range config.Keys() {
		if k.Flag == "" {
			continue
		}
		flags.String(k.Flag, k.Default, k.Doc)
	}
}

// load reads file, environment and flags.
func (s *configSource) load() (config.Config, error) {
	given := map[string]string{}
	for _, k := range config.Keys() {
		if f := s.flags.Lookup(k.Flag); f != nil && f.Changed {
			given[k.Flag] = f.Value.String()
		}
	}
	return config.Load(config.Sources{File: s.path(), Environ: os.Environ(), Flags: given})
}

// path is the file that was named, or luneo.yml where there is one.
func (s *configSource) path() string {
	if s.file != "" {
		return s.file
	}
	if name := os.Getenv("LUNEO_CONFIG"); name != "" {
		return name
	}
	if _, err := os.Stat("luneo.yml"); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return "luneo.yml"
}

// newLogger logs text on a terminal and JSON elsewhere, unless told.
func newLogger(w io.Writer, cfg config.Log) (*slog.Logger, *slog.LevelVar) {
	level := &slog.LevelVar{}
	var l slog.Level
	if err := l.UnmarshalText([]byte(cfg.Level)); err == nil { // the configuration allows only known ones
		level.Set(l)
	}
	opts := &slog.HandlerOptions{Level: level}
	f, isFile := w.(*os.File)
	asText := cfg.Format == "text" || (cfg.Format == "auto" && isFile && term.IsTerminal(int(f.Fd())))
	if asText {
		return slog.New(slog.NewTextHandler(w, opts)), level
	}
	return slog.New(slog.NewJSONHandler(w, opts)), level
}

// buildVersion is the version, the revision where it is known, the compiler and
// whether the web UI is in.
func buildVersion() string {
	s := "luneo " + version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, kv := range info.Settings {
			if kv.Key == "vcs.revision" {
				s += " (" + kv.Value + ")"
			}
		}
	}
	ui := "without the web UI"
	if app.HasUI() {
		ui = "with the web UI"
	}
	return s + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + ", " + ui
}

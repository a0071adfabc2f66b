package pricing

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// MaxFileBytes is the most that a price file may have.
const MaxFileBytes = 1 << 20

// file is a price file as people write it; prices.yaml explains the format.
type file struct {
	Date    string               `yaml:"date"`
	Sources map[string]Source    `yaml:"sources"`
	Models  map[string]fileModel `yaml:"models"`
}

// Source is where prices come from.
type Source struct {
	// Name says where to look: a repository at a commit, or a page.
	Name string `yaml:"name"`
	// Date is when it was looked at: 2026-08-21.
	Date string `yaml:"date"`
}

type fileModel struct {
	Source  []string `yaml:"source"`
	Aliases []string `yaml:"aliases"`

	Free              *bool                      `yaml:"free"`
	fileTokens        `yaml:",inline"`           // US dollars per million tokens
	LongContext       *fileLong                  `yaml:"long_context"`
	Tiers             map[string]fileTier        `yaml:"tiers"`
	Images            map[string]map[string]*usd `yaml:"images"` // US dollars each, by quality and size
	AudioMinute       *usd                       `yaml:"audio_minute"`
	MillionCharacters *usd                       `yaml:"million_characters"`
}

type fileTokens struct {
	Input            *usd `yaml:"input"`
	CachedInput      *usd `yaml:"cached_input"`
	CacheWrite       *usd `yaml:"cache_write"`
	Output           *usd `yaml:"output"`
	AudioInput       *usd `yaml:"audio_input"`
	CachedAudioInput *usd `yaml:"cached_audio_input"`
	AudioOutput      *usd `yaml:"audio_output"`
	ImageInput       *usd `yaml:"image_input"`
	CachedImageInput *usd `yaml:"cached_image_input"`
	ImageOutput      *usd `yaml:"image_output"`
}

type fileLong struct {
	Above      int64 `yaml:"above"`
	fileTokens `yaml:",inline"`
}

type fileTier struct {
	Factor      *usd `yaml:"factor"`
	fileTokens  `yaml:",inline"`
	LongContext *fileLong `yaml:"long_context"`
}

// parse reads a price file. Its errors name the line; those that do not
// depend on each other come together.
func parse(content []byte) (*file, error) {
	if len(content) > MaxFileBytes {
		return nil, fmt.Errorf("%d bytes; at most %d are allowed", len(content), MaxFileBytes)
	}
	var f file
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var more yaml.Node
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, errors.New("a second document; one is allowed")
	}
	return &f, f.check(modelLines(content))
}

// check finds what the parser can't: names, sources and models without a price.
func (f *file) check(lines map[string]int) error {
	var errs []error
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(f.Models)) {
		m := f.Models[name]
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("line %d: model %.80q: %w", lines[name], name, fmt.Errorf(format, args...)))
		}
		for _, n := range append([]string{name}, m.Aliases...) {
			if !isPlainName(n) {
				bad("name %.80q must be of 1 to %d lower-case letters, digits and . _ : -", n, maxNameLen)
			}
			if first, taken := owner[n]; taken {
				bad("name %q is already that of %q", n, first)
			}
			owner[n] = name
		}
		for _, s := range m.Source {
			if _, ok := f.Sources[s]; !ok {
				bad("source %.40q must be one of %q", s, slices.Sorted(maps.Keys(f.Sources)))
			}
		}
		if _, err := m.compile(); err != nil {
			bad("%w", err)
		}
	}
	return errors.Join(errs...)
}

// modelLines finds the line that each model begins on.
func modelLines(content []byte) map[string]int {
	lines := map[string]int{}
	var root yaml.Node
	if yaml.Unmarshal(content, &root) != nil || len(root.Content) == 0 {
		return lines
	}
	eachPair(root.Content[0], func(key, value *yaml.Node) {
		if key.Value != "models" {
			return
		}
		eachPair(value, func(name, _ *yaml.Node) { lines[name.Value] = name.Line })
	})
	return lines
}

func eachPair(n *yaml.Node, visit func(key, value *yaml.Node)) {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		visit(n.Content[i], n.Content[i+1])
	}
}

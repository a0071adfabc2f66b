package dashboard_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/luneo-platform/luneo/internal/dashboard"
)

// file is a dashboard as Grafana and the web UI read it.
type file struct {
	text  []byte
	raw   struct{ Panels []map[string]any }
	UID   string
	Title string

	Panels      []panelJSON
	Templating  struct{ List []variableJSON }
	Annotations struct {
		List []struct {
			Name   string
			Target targetJSON
		}
	}
}

type panelJSON struct {
	ID              int
	Type, Title     string
	Description     string
	Interval        string
	GridPos         struct{ H, W, X, Y int }
	Targets         []targetJSON
	Links           []struct{ URL string }
	Transformations []struct {
		ID      string
		Options struct{ RenameByName map[string]string }
	}
	FieldConfig struct {
		Defaults struct {
			Unit       string
			Thresholds *struct {
				Steps []struct {
					Value *float64
					Color string
				}
			}
		}
		Overrides []struct {
			Matcher    struct{ Options string }
			Properties []struct {
				ID    string
				Value any
			}
		}
	}
}

type targetJSON struct {
	RefID, Expr, LegendFormat, Format, Interval string
	Instant                                     bool
}

type variableJSON struct {
	Name, Type string
	Query      string
	AllValue   string
	Refresh    int
	Multi      bool
	IncludeAll bool
	Current    struct{ Value any }
}

// files are the dashboards that are committed.
func files(t *testing.T) (list []file) {
	t.Helper()
	for _, board := range dashboard.All() {
		text, err := os.ReadFile(filepath.Join(folder, board.File))
		if err != nil {
			t.Fatal(err)
		}
		f := file{text: text}
		for _, into := range []any{&f, &f.raw} {
			if err := json.Unmarshal(text, into); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, f)
	}
	return list
}

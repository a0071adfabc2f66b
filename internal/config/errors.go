package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Errors is everything that is wrong with a configuration, in order of place:
// the file from its top, then the environment, then the flags.
type Errors []Problem

// Error writes one problem a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Problem is one thing that is wrong.
type Problem struct {
	// Place is where: file, line and column, an environment variable or a flag.
	Place Place
	// Path is the key: tokens[1].scopes[0]; empty when it is no key's fault.
	Path string
	// Detail says what is wrong, with the value unless it is a secret, and
	// what is allowed.
	Detail string
}

// String is the problem in one line.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Place.String() + ": " + p.Detail
	}
	return p.Place.String() + ": " + p.Path + ": " + p.Detail
}

// Place is where a value was written.
type Place struct {
	// Source is the file's name, the environment variable, or the flag with its dashes.
	Source string
	// Line and Column count from 1; 0 when there is none.
	Line, Column int

	rank int
}

// The ranks of the sources: a later one beats an earlier one.
const (
	rankFile = iota
	rankEnv
	rankFlag
)

// String is file:line:column, or the name alone.
func (p Place) String() string {
	switch {
	case p.Line == 0:
		return p.Source
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.Source, p.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", p.Source, p.Line, p.Column)
	}
}

func comparePlaces(a, b Problem) int {
	x, y := a.Place, b.Place
	return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column), cmp.Compare(x.Source, y.Source))
}

// shown quotes a value for an error, shortened.
func shown(text string) string {
	text = mask(text)
	const most = 80
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// didYouMean suggests the nearest candidate, or nothing when none is near.
func didYouMean(got string, candidates []string) string {
	const longest = 64
	if len(got) > longest {
		return ""
	}
	best, distance := "", 1+max(1, len(got)/3)
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(got), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// editDistance is the number of letters to insert, remove, change or swap with
// their neighbour (optimal string alignment).
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

func sortProblems(problems []Problem) { slices.SortStableFunc(problems, comparePlaces) }

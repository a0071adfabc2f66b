// Package docs holds the documents that Luneo serves itself.
package docs

import (
	"embed"
	"io/fs"
)

//go:embed runbooks/*.md
var runbooks embed.FS

// Runbooks is the folder runbooks, with one page for each alert, named after it:
// QueueWaitTimeHigh.md.
func Runbooks() fs.FS {
	folder, err := fs.Sub(runbooks, "runbooks")
	if err != nil {
		panic(err) // the name is part of the program
	}
	return folder
}

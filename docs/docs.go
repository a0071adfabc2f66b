// Package docs holds the documents that Luneo serves itself.
package docs

import "embed"

//go:embed runbooks/*.md
var runbooks embed.FS

// Runbooks is the folder runbooks, with one page for each alert, named after it:
// runbooks/QueueWaitTimeHigh.md.
func Runbooks() embed.FS { return runbooks }

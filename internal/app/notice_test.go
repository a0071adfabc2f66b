package app_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

var noticeFile = filepath.Join("..", "..", "NOTICE")

// TestNoticeNamesWhatTheBinaryBundles holds NOTICE against the modules that
// are linked into the binary.
func TestNoticeNamesWhatTheBinaryBundles(t *testing.T) {
	t.Parallel()
	info, err := buildinfo.ReadFile(testkit.Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	if testkit.Updating() {
		writeNotice(t, info)
	}
	notice, err := os.ReadFile(noticeFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range info.Deps {
		if !strings.Contains(string(notice), "\n"+m.Path+" ") {
			t.Errorf("NOTICE does not name %s", m.Path)
		}
	}
	for line := range strings.Lines(string(notice)) {
		path, _, found := strings.Cut(line, " ")
		if !found || !strings.Contains(path, "/") {
			continue
		}
		if !strings.Contains(info.String(), "\t"+path+"\t") {
			t.Errorf("NOTICE names %s, which is not linked", path)
		}
	}
}

// writeNotice replaces the list behind the introduction.
func writeNotice(t *testing.T, info *buildinfo.BuildInfo) {
	t.Helper()
	old, err := os.ReadFile(noticeFile)
	if err != nil {
		t.Fatal(err)
	}
	list := strings.LastIndex(string(old), "\n\n") + 1 // behind the last empty line
	var b strings.Builder
	b.Write(old[:list])
	for _, m := range info.Deps {
		b.WriteString("\n" + m.Path + " " + licenceOf(t, m.Path))
	}
	if err := os.WriteFile(noticeFile, []byte(b.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// licenceOf knows a module's licence by words that only it has.
func licenceOf(t *testing.T, module string) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, pattern := range []string{"LICEN[CS]E*", "[Ll]icen[cs]e*", "UNLICENSE*", "COPYING*"} {
		found, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatalf("%s has no licence file", module)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.Join(strings.Fields(string(text)), " ")
	for _, l := range [][2]string{
		{"Apache License", "Apache-2.0"},
		{"Mozilla Public License", "MPL-2.0"},
		{"released into the public domain", "Unlicense"},
		{"Permission is hereby granted, free of charge", "MIT"},
		{"Permission to use, copy, modify, and/or distribute", "ISC"},
		{"Neither the name", "BSD-3-Clause"},
		{"may be used to endorse", "BSD-3-Clause"},
		{"Redistribution and use in source and binary forms", "BSD-2-Clause"},
	} {
		if strings.Contains(plain, l[0]) {
			return l[1]
		}
	}
	t.Fatalf("%s: unknown licence in %s", module, files[0])
	return ""
}

package edgewise

import (
	"runtime"
	"runtime/debug"
)

// modulePath is the path of this module.
const modulePath = "github.com/edgewise-sim/edgewise"

// Code is the program that ran a study.
type Code struct {
	Module string `json:"module"`
	// Version is the module's version, "(devel)" for a build from a working copy.
	Version string `json:"version"`
	// Revision is the commit, empty where the build does not know it; Modified says that the working
	// copy held changes besides.
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	// Program is the module that uses this one as a library, with its version and commit: of own parts it is the code.
	// It is empty for the programs of this module.
	Program string `json:"program,omitempty"`
	// Go is the version of the compiler, Platform for example "linux/amd64".
	Go       string `json:"go"`
	Platform string `json:"platform"`
	// Instructions is the set of instructions that the program was built for, for example "GOAMD64=v1"; empty where
	// the build does not know it.
	Instructions string `json:"instructions,omitempty"`
}

// String returns the code in one line.
func (c Code) String() string {
	s := c.Module + " " + c.Version
	if c.Revision != "" {
		s += ", commit " + c.Revision
	}
	if c.Modified {
		s += " with changes"
	}
	if c.Program != "" {
		s += ", in " + c.Program
	}
	s += ", " + c.Go + ", " + c.Platform
	if c.Instructions != "" {
		s += " (" + c.Instructions + ")"
	}
	return s
}

// ThisCode describes the running program.
func ThisCode() Code {
	c := Code{Module: modulePath, Version: "(unknown)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return c
	}
	isMain := info.Main.Path == modulePath
	if isMain {
		c.Version = info.Main.Version
	} else {
		c.Program = info.Main.Path + " " + info.Main.Version
	}
	for _, d := range info.Deps { // used as a library
		if d.Path == modulePath {
			c.Version = d.Version
		}
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "GOAMD64" || s.Key == "GOARM64":
			c.Instructions = s.Key + "=" + s.Value
		case s.Key == "vcs.revision" && isMain:
			c.Revision = s.Value
		case s.Key == "vcs.modified" && isMain:
			c.Modified = s.Value == "true"
		case s.Key == "vcs.revision":
			c.Program += ", commit " + s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			c.Program += " with changes"
		}
	}
	return c
}

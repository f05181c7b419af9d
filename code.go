package edgewise

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
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
	// It is empty for the programs of this repository, whose modules are of one commit.
	Program string `json:"program,omitempty"`
	// Go is the version of the compiler, Platform for example "linux/amd64".
	Go       string `json:"go"`
	Platform string `json:"platform"`
	// Instructions is the set of instructions that the program was built for, for example "GOAMD64=v1"; empty where
	// the build does not know it.
	Instructions string `json:"instructions,omitempty"`
	// Executable is the hash of the program's file, SHA-256 in hexadecimal, where neither a commit without changes nor a
	// version says what the program is: two such builds are told apart by it.
	Executable string `json:"executable_sha256,omitempty"`
}

// String returns the code in one line.
func (c Code) String() string {
	s := c.Module + " " + c.Version
	if c.Revision != "" {
		s += ", commit " + c.Revision
	} else if c.Executable != "" {
		s += ", commit unknown"
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
func ThisCode() Code { return thisCode() }

var thisCode = sync.OnceValue(func() Code {
	c := Code{Module: modulePath, Version: "(unknown)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return c
	}
	isMain := isOfRepository(info.Main.Path)
	if isMain {
		c.Version = info.Main.Version
	} else {
		c.Program = info.Main.Path + " " + info.Main.Version
	}
	for _, d := range info.Deps { // used as a library
		if d.Path == modulePath && !isMain {
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
	modified := setting(info, "vcs.modified") == "true"
	version := info.Main.Version
	if isNamed := version != "" && version != "(devel)"; modified || !isNamed && setting(info, "vcs.revision") == "" {
		c.Executable = hashOfExecutable()
	}
	return c
})

// isOfRepository reports whether a module is this one or another of its repository, such as distributed/beam.
func isOfRepository(path string) bool {
	return path == modulePath || strings.HasPrefix(path, modulePath+"/")
}

// setting returns a setting of a build, "" where it has none of the name.
func setting(info *debug.BuildInfo, key string) string {
	i := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == key })
	if i < 0 {
		return ""
	}
	return info.Settings[i].Value
}

// hashOfExecutable returns the hash of the running program's file, "" where it cannot be read.
func hashOfExecutable() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil))
}

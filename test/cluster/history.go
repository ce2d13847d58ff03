// What clients asked and were told: one line of JSON for each request. Times are of one clock, nanoseconds since the clients' start.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// What is known of a request's effect.
const (
	answered = "answered" // the answer says it
	unknown  = "unknown"  // it may have been applied, or may be yet
	nothing  = "nothing"  // certainly not applied
)

// A secret as answers describe it: Mask stands for its value, which only a release shows.
type secret struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Mask    string `json:"mask,omitempty"`
	Value   string `json:"value,omitempty"`
	Tool    string `json:"tool,omitempty"`
	Arg     string `json:"arg,omitempty"`
	Default bool   `json:"default,omitempty"`
}

// Members that a patch does not have stay as they are.
type patch struct {
	Name    *string `json:"name,omitempty"`
	Value   *string `json:"value,omitempty"`
	Tool    *string `json:"tool,omitempty"`
	Arg     *string `json:"arg,omitempty"`
	Default *bool   `json:"default,omitempty"`
}

type operation struct {
	Client  int    `json:"client"`
	Tenant  string `json:"tenant"`
	Host    string `json:"host"`
	Kind    string `json:"kind"` // create, patch, delete, get, list, quota, resolve; make-key, use-key, revoke-key
	Call    int64  `json:"call"`
	Return  int64  `json:"return"`
	Outcome string `json:"outcome"`
	Status  int    `json:"status,omitempty"` // 0: no answer
	Detail  string `json:"detail,omitempty"` // the answer's words, or the client's error
	Trace   string `json:"trace,omitempty"`  // traceparent of the request

	ID    string  `json:"id,omitempty"`  // of the secret or the key that the request names
	New   *secret `json:"new,omitempty"` // create
	Patch *patch  `json:"patch,omitempty"`
	Tool  string  `json:"tool,omitempty"` // resolve

	Secrets  []secret          `json:"secrets,omitempty"`  // the answer's
	Released map[string]secret `json:"released,omitempty"` // by argument
	Used     int64             `json:"used,omitempty"`
	Count    int64             `json:"count,omitempty"`
}

type recorder struct {
	mutex sync.Mutex
	file  *os.File
	lines *bufio.Writer
	count map[string]int
}

func newRecorder(path string) (*recorder, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &recorder{file: file, lines: bufio.NewWriter(file), count: map[string]int{}}, nil
}

func (r *recorder) add(op *operation) {
	line, err := json.Marshal(op)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.count[op.Kind+" "+op.Outcome]++
	if err == nil {
		_, err = r.lines.Write(append(line, '\n'))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the history cannot be written:", err)
		os.Exit(1)
	}
}

func (r *recorder) close() error {
	if err := r.lines.Flush(); err != nil {
		return err
	}
	return r.file.Close()
}

func readHistory(path string) ([]operation, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var history []operation
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var op operation
		if err := json.Unmarshal(lines.Bytes(), &op); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, len(history)+1, err)
		}
		history = append(history, op)
	}
	return history, lines.Err()
}

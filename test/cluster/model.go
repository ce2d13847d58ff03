// What one tenant's secrets may be: names are unique, a binding has at most one default, the quota is the sum of the secrets, and a
// resolve gets the values of the defaults. porcupine looks for an order of a history's requests that this allows.
package main

import (
	"hash/fnv"
	"sort"
	"strings"

	"github.com/anishathalye/porcupine"
)

// Secrets in the order of their names. Never changed: a step makes another.
type tenantState []secret

// A secret whose create was not answered has no id until an answer shows it.
const noID = ""

type tenantInput struct {
	op    *operation
	limit int64 // the quota
}

func tenantModel() porcupine.Model {
	return porcupine.Model{
		Init: func() interface{} { return tenantState(nil) },
		Step: func(state, input, _ interface{}) (bool, interface{}) {
			in := input.(tenantInput)
			return step(state.(tenantState), in.op, in.limit)
		},
		Equal: func(a, b interface{}) bool { return equal(a.(tenantState), b.(tenantState)) },
		Hash: func(state interface{}) uint64 {
			hash := fnv.New64a()
			for _, s := range state.(tenantState) {
				hash.Write([]byte(s.ID + "\x00" + s.Name + "\x00" + s.Value + "\x00" + s.Tool + s.Arg))
			}
			return hash.Sum64()
		},
		DescribeOperation: func(input, _ interface{}) string { return describe(input.(tenantInput).op) },
	}
}

func equal(a, b tenantState) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (t tenantState) byName(name string) int {
	i := sort.Search(len(t), func(i int) bool { return t[i].Name >= name })
	if i < len(t) && t[i].Name == name {
		return i
	}
	return -1
}

func (t tenantState) byID(id string) int {
	for i := range t {
		if t[i].ID == id {
			return i
		}
	}
	return -1
}

// The secret that an answer describes, perhaps one whose id was not known.
func (t tenantState) byAnswer(answer secret) int {
	if i := t.byID(answer.ID); i >= 0 {
		return i
	}
	if i := t.byName(answer.Name); i >= 0 && t[i].ID == noID {
		return i
	}
	return -1
}

func (t tenantState) defaultOf(tool, arg string) int {
	for i := range t {
		if t[i].Default && t[i].Tool == tool && t[i].Arg == arg {
			return i
		}
	}
	return -1
}

func size(s secret) int64 { return int64(len(s.Name) + len(s.Value) + len(s.Tool) + len(s.Arg)) }

func (t tenantState) used() (sum int64) {
	for _, s := range t {
		sum += size(s)
	}
	return sum
}

func (t tenantState) without(i int) tenantState {
	return append(append(make(tenantState, 0, len(t)), t[:i]...), t[i+1:]...)
}

func (t tenantState) with(s secret) tenantState {
	i := sort.Search(len(t), func(i int) bool { return t[i].Name >= s.Name })
	return append(append(append(make(tenantState, 0, len(t)+1), t[:i]...), s), t[i:]...)
}

// The first four and the last four characters: values have 32 or more, without white space.
func mask(value string) string { return value[:4] + "****" + value[len(value)-4:] }

func describes(answer, s secret) bool {
	return answer.Name == s.Name && answer.Mask == mask(s.Value) && answer.Tool == s.Tool && answer.Arg == s.Arg &&
		answer.Default == s.Default
}

// The words of a refusal: http/exchange/problem_table.cpp.
const (
	nameTaken    = "A secret of this name already exists."
	defaultTaken = "This tool_name and tool_arg already have a default secret."
)

// Why a change must be refused: 0, 409 with its words, or 413. `at` is the secret that it replaces, -1 for none.
func (t tenantState) refusal(s secret, at int, limit int64) (status int, detail string) {
	if i := t.byName(s.Name); i >= 0 && i != at {
		return 409, nameTaken
	}
	if s.Default {
		if i := t.defaultOf(s.Tool, s.Arg); i >= 0 && i != at {
			return 409, defaultTaken
		}
	}
	var before int64
	if at >= 0 {
		before = size(t[at])
	}
	if size(s) > before && t.used()-before+size(s) > limit {
		return 413, ""
	}
	return 0, ""
}

// A change breaks several rules at once: the answer names one of them.
func (t tenantState) mayRefuse(op *operation, s secret, at int, limit int64) bool {
	switch {
	case op.Status == 413:
		var before int64
		if at >= 0 {
			before = size(t[at])
		}
		return size(s) > before && t.used()-before+size(s) > limit
	case op.Status == 409 && op.Detail == nameTaken:
		i := t.byName(s.Name)
		return i >= 0 && i != at
	case op.Status == 409 && op.Detail == defaultTaken:
		i := t.defaultOf(s.Tool, s.Arg)
		return s.Default && i >= 0 && i != at
	}
	return false
}

func applied(s secret, p patch) secret {
	if p.Name != nil {
		s.Name = *p.Name
	}
	if p.Value != nil {
		s.Value = *p.Value
	}
	if p.Tool != nil {
		s.Tool = *p.Tool
	}
	if p.Arg != nil {
		s.Arg = *p.Arg
	}
	if p.Default != nil {
		s.Default = *p.Default
	}
	return s
}

// Whether the tenant may have been so when the request was served, and how it is then.
func step(t tenantState, op *operation, limit int64) (bool, tenantState) {
	switch op.Kind {
	case "create":
		return stepCreate(t, op, limit)
	case "patch":
		return stepPatch(t, op, limit)
	case "delete":
		return stepDelete(t, op)
	case "get":
		if op.Status == 404 {
			return t.byID(op.ID) < 0, t
		}
		return stepSeen(t, op.Secrets[0])
	case "list":
		if len(op.Secrets) != len(t) {
			return false, t
		}
		ok := true
		for i := 0; ok && i < len(op.Secrets); i++ {
			ok, t = stepSeen(t, op.Secrets[i])
		}
		return ok, t
	case "quota":
		return op.Used == t.used() && op.Count == int64(len(t)), t
	case "resolve":
		return stepResolve(t, op)
	}
	return false, t
}

func stepSeen(t tenantState, answer secret) (bool, tenantState) {
	i := t.byAnswer(answer)
	if i < 0 || !describes(answer, t[i]) {
		return false, t
	}
	if t[i].ID == answer.ID {
		return true, t
	}
	named := t[i]
	named.ID = answer.ID
	return true, t.without(i).with(named)
}

func stepCreate(t tenantState, op *operation, limit int64) (bool, tenantState) {
	s := *op.New
	status, _ := t.refusal(s, -1, limit)
	if op.Outcome == unknown {
		if status != 0 {
			return true, t
		}
		s.ID = noID
		return true, t.with(s)
	}
	if op.Status != 200 {
		return t.mayRefuse(op, s, -1, limit), t
	}
	s.ID = op.Secrets[0].ID
	return status == 0 && t.byID(s.ID) < 0 && describes(op.Secrets[0], s), t.with(s)
}

func stepPatch(t tenantState, op *operation, limit int64) (bool, tenantState) {
	i := t.byID(op.ID)
	if i < 0 && op.Status == 200 {
		// Its create was not answered: the patch's answer is the first that shows the id.
		for j := range t {
			if t[j].ID == noID && describes(op.Secrets[0], applied(t[j], *op.Patch)) {
				i = j
			}
		}
	}
	if i < 0 {
		return op.Outcome == unknown || op.Status == 404, t
	}
	s := applied(t[i], *op.Patch)
	s.ID = op.ID
	status, _ := t.refusal(s, i, limit)
	if op.Outcome == unknown {
		if status != 0 {
			return true, t
		}
		return true, t.without(i).with(s)
	}
	if op.Status != 200 {
		return t.mayRefuse(op, s, i, limit), t
	}
	return status == 0 && describes(op.Secrets[0], s), t.without(i).with(s)
}

func stepDelete(t tenantState, op *operation) (bool, tenantState) {
	i := t.byID(op.ID)
	if i < 0 && op.Status == 200 {
		i = t.byAnswer(op.Secrets[0])
	}
	if i < 0 {
		return op.Outcome == unknown || op.Status == 404, t
	}
	if op.Outcome == unknown {
		return true, t.without(i)
	}
	return op.Status == 200 && describes(op.Secrets[0], t[i]), t.without(i)
}

func matches(pattern, tool string) bool {
	if prefix, star := strings.TrimSuffix(pattern, "*"), strings.HasSuffix(pattern, "*"); star {
		return strings.HasPrefix(tool, prefix)
	}
	return pattern == tool
}

// The defaults that a tool gets: the exact name, then the longer pattern. Patterns of the clients end in their only star.
func (t tenantState) chosen(tool string) map[string]int {
	chosen := map[string]int{}
	for i, s := range t {
		if !s.Default || !matches(s.Tool, tool) {
			continue
		}
		other, taken := chosen[s.Arg]
		if !taken || s.Tool == tool || t[other].Tool != tool && len(s.Tool) > len(t[other].Tool) {
			chosen[s.Arg] = i
		}
	}
	return chosen
}

func stepResolve(t tenantState, op *operation) (bool, tenantState) {
	chosen := t.chosen(op.Tool)
	if len(chosen) != len(op.Released) {
		return false, t
	}
	named := t
	for arg, released := range op.Released {
		i, found := chosen[arg]
		if !found || t[i].Value != released.Value || t[i].Name != released.Name || t[i].ID != noID && t[i].ID != released.ID {
			return false, t
		}
		if t[i].ID == noID {
			s := t[i]
			s.ID = released.ID
			named = named.without(named.byName(s.Name)).with(s)
		}
	}
	return true, named
}

// Judges a history: each tenant's requests have an order that the model allows, keys stop working in time, ids rise, and the audit log has
// what was acknowledged and released.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

type checkOptions struct {
	quota   int64
	strict  bool
	audit   string
	stale   time.Duration
	timeout time.Duration
	folder  string // for drawings of histories that have no order
}

// What was found, and figures that show that there was something to find.
type verdict struct {
	faults  []string
	figures []string
}

func (v *verdict) fault(format string, values ...interface{}) {
	v.faults = append(v.faults, fmt.Sprintf(format, values...))
}
func (v *verdict) figure(format string, values ...interface{}) {
	v.figures = append(v.figures, fmt.Sprintf(format, values...))
}

func check(arguments []string) error {
	var o checkOptions
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.Int64Var(&o.quota, "quota", 400, "each tenant's limit in bytes (quota-default of the hosts)")
	flags.BoolVar(&o.strict, "strict", false, "a revoked key is refused at the next request")
	flags.DurationVar(&o.stale, "stale", 2*time.Second, "else how long after its revocation a key may still be accepted")
	flags.StringVar(&o.audit, "audit", "", "the output of tacit audit export")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "for one tenant")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("needs one history")
	}
	o.folder = filepath.Dir(flags.Arg(0))
	history, err := readHistory(flags.Arg(0))
	if err != nil {
		return err
	}
	var entries []auditEntry
	if o.audit != "" {
		if entries, err = readAudit(o.audit); err != nil {
			return err
		}
	}
	v := judge(history, entries, o)
	fmt.Println(strings.Join(v.figures, "; "))
	if len(v.faults) > 0 {
		return fmt.Errorf("%d faults:\n  %s", len(v.faults), strings.Join(v.faults, "\n  "))
	}
	return nil
}

func judge(history []operation, entries []auditEntry, o checkOptions) *verdict {
	v := &verdict{}
	judgeAnswers(history, v)
	judgeTenants(history, o, v)
	judgeIDs(history, v)
	judgeKeys(history, o, v)
	if o.audit != "" {
		judgeAudit(history, entries, v)
	}
	return v
}

func changes(op *operation) bool {
	return op.Kind == "create" || op.Kind == "patch" || op.Kind == "delete"
}

func ofSecrets(op *operation) bool {
	return changes(op) || op.Kind == "get" || op.Kind == "list" || op.Kind == "quota" || op.Kind == "resolve"
}

// Answers that no fault of the network or of other processes explains.
func judgeAnswers(history []operation, v *verdict) {
	for i := range history {
		op := &history[i]
		expected := true
		switch op.Status {
		case 0, 200, 409, 429, 503:
		case 404:
			expected = op.Kind == "get" || op.Kind == "patch" || op.Kind == "delete" || op.Kind == "revoke-key"
		case 413:
			expected = op.Kind == "create" || op.Kind == "patch"
		case 401:
			expected = op.Kind == "use-key"
		case 507:
			expected = op.Kind != "get" && op.Kind != "list" && op.Kind != "quota"
		default:
			expected = false
		}
		if !expected {
			v.fault("unexpected answer: %s", describe(op))
		}
	}
}

func describe(op *operation) string {
	text := fmt.Sprintf("%s of %s at host %s, %.3f to %.3f s: %s %d", op.Kind, op.Tenant, op.Host, float64(op.Call)/1e9, float64(op.Return)/1e9,
		op.Outcome, op.Status)
	if op.ID != "" {
		text += " id " + op.ID
	}
	if op.New != nil {
		text += fmt.Sprintf(" new %+v", *op.New)
	}
	if op.Patch != nil {
		fields, _ := json.Marshal(op.Patch)
		text += " patch " + string(fields)
	}
	if op.Tool != "" {
		text += fmt.Sprintf(" tool %s released %v", op.Tool, op.Released)
	}
	if len(op.Secrets) > 0 {
		text += fmt.Sprintf(" secrets %v", op.Secrets)
	}
	if op.Kind == "quota" {
		text += fmt.Sprintf(" used %d count %d", op.Used, op.Count)
	}
	if op.Detail != "" {
		text += " (" + op.Detail + ")"
	}
	return text
}

func byTenant(history []operation) map[string][]*operation {
	tenants := map[string][]*operation{}
	for i := range history {
		op := &history[i]
		if ofSecrets(op) && op.Outcome != nothing {
			tenants[op.Tenant] = append(tenants[op.Tenant], op)
		}
	}
	return tenants
}

// A create without an answer whose secret no answer has shown was not applied before the last look, so nothing depends on it.
func seenOnly(ops []*operation) []*operation {
	seen := map[string]bool{}
	for _, op := range ops {
		for _, s := range op.Secrets {
			seen[s.Mask] = true
		}
		for _, s := range op.Released {
			seen[mask(s.Value)] = true
		}
	}
	last := int64(0) // the call of the last list
	for _, op := range ops {
		if op.Kind == "list" && op.Call > last {
			last = op.Call
		}
	}
	var left []*operation
	for _, op := range ops {
		if op.Kind == "create" && op.Outcome == unknown && op.Return < last && !seen[mask(op.New.Value)] && !refusedBy(op, ops) {
			continue
		}
		left = append(left, op)
	}
	return left
}

// Whether another request was refused in a way that this secret, though never seen, may explain.
func refusedBy(create *operation, ops []*operation) bool {
	for _, op := range ops {
		if (op.Status == 409 || op.Status == 413) && op.Return > create.Call {
			return true
		}
	}
	return false
}

func judgeTenants(history []operation, o checkOptions, v *verdict) {
	model := tenantModel()
	tenants := byTenant(history)
	count, open, undecided := 0, 0, 0
	for tenant, ops := range tenants {
		var operations []porcupine.Operation
		for _, op := range seenOnly(ops) {
			returned := op.Return
			if op.Outcome == unknown {
				returned = math.MaxInt64
				open++
			}
			operations = append(operations, porcupine.Operation{ClientId: op.Client, Input: tenantInput{op, o.quota}, Call: op.Call, Return: returned})
		}
		count += len(operations)
		result, info := porcupine.CheckOperationsVerbose(model, operations, o.timeout)
		switch result {
		case porcupine.Illegal:
			drawing := filepath.Join(o.folder, "history-"+tenant+".html")
			if o.folder != "" {
				_ = porcupine.VisualizePath(model, info, drawing)
			}
			v.fault("not linearizable: tenant %s, %d requests (%s); what no order explains:%s", tenant, len(operations), drawing, firstStuck(operations, info))
		case porcupine.Unknown:
			undecided++
		}
	}
	if undecided > 0 {
		v.fault("for %d tenants no order was found in %v, and none was excluded", undecided, o.timeout)
	}
	v.figure("%d requests of %d tenants have an order, %d of them without an answer", count, len(tenants), open)
}

// The longest order that was found, and the request behind it.
func firstStuck(operations []porcupine.Operation, info porcupine.LinearizationInfo) string {
	longest := []int{}
	for _, partition := range info.PartialLinearizations() {
		for _, order := range partition {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	done := map[int]bool{}
	for _, i := range longest {
		done[i] = true
	}
	var left []*operation
	for i := range operations {
		if !done[i] && operations[i].Return != math.MaxInt64 {
			left = append(left, operations[i].Input.(tenantInput).op)
		}
	}
	sort.Slice(left, func(i, j int) bool { return left[i].Return < left[j].Return })
	text := fmt.Sprintf(" %d were ordered;", len(longest))
	for i := 0; i < len(left) && i < 2; i++ {
		text += "\n    " + describe(left[i])
	}
	return text
}

// A secret that was made after another has a larger id, whatever the hosts' clocks say.
func judgeIDs(history []operation, v *verdict) {
	compared := 0
	for _, ops := range byTenant(history) {
		var made []*operation
		for _, op := range ops {
			if op.Kind == "create" && op.Status == 200 && op.Outcome == answered {
				made = append(made, op)
			}
		}
		sort.Slice(made, func(i, j int) bool { return made[i].Return < made[j].Return })
		for i := range made {
			for j := i + 1; j < len(made); j++ {
				if made[i].Return >= made[j].Call {
					continue
				}
				compared++
				if made[i].Secrets[0].ID >= made[j].Secrets[0].ID {
					v.fault("ids do not rise: %s, then %s", describe(made[i]), describe(made[j]))
				}
			}
		}
	}
	v.figure("%d pairs of ids rise", compared)
}

type keyHistory struct {
	made, asked, revoked *operation // asked: the first attempt to revoke it; revoked: the one that was acknowledged
	uses                 []*operation
}

func judgeKeys(history []operation, o checkOptions, v *verdict) {
	keys := map[string]*keyHistory{}
	for i := range history {
		op := &history[i]
		if op.ID == "" || !strings.HasSuffix(op.Kind, "-key") {
			continue
		}
		k := keys[op.ID]
		if k == nil {
			k = &keyHistory{}
			keys[op.ID] = k
		}
		switch {
		case op.Kind == "make-key":
			k.made = op
		case op.Kind == "use-key":
			k.uses = append(k.uses, op)
		default:
			if k.asked == nil || op.Call < k.asked.Call {
				k.asked = op
			}
			if (op.Status == 200 || op.Status == 404) && (k.revoked == nil || op.Return < k.revoked.Return) {
				k.revoked = op
			}
		}
	}
	revoked, uses, longest := 0, 0, time.Duration(0)
	for id, k := range keys {
		uses += len(k.uses)
		if k.revoked != nil {
			revoked++
		}
		if age := judgeKey(id, k, o, v); age > longest {
			longest = age
		}
	}
	v.figure("%d keys revoked among %d uses, the last use accepted %v after the answer", revoked, uses, longest.Round(time.Millisecond))
}

// Returns how long after the revocation's answer the key was accepted.
func judgeKey(id string, k *keyHistory, o checkOptions, v *verdict) (longest time.Duration) {
	firstRefusal := int64(math.MaxInt64) // the return of the first use that was refused
	for _, use := range k.uses {
		if use.Status == 401 && use.Return < firstRefusal {
			firstRefusal = use.Return
		}
	}
	for _, use := range k.uses {
		if use.Status == 401 && (k.asked == nil || use.Return < k.asked.Call) {
			v.fault("key %s was refused before it was revoked: %s", id, describe(use))
		}
		if use.Status != 200 {
			continue
		}
		if o.strict && use.Call > firstRefusal {
			v.fault("key %s was accepted after a refusal: %s", id, describe(use))
		}
		if k.revoked == nil || use.Call <= k.revoked.Return {
			continue
		}
		age := time.Duration(use.Call - k.revoked.Return)
		if age > longest {
			longest = age
		}
		switch {
		case o.strict:
			v.fault("key %s was accepted %v after its revocation: %s", id, age, describe(use))
		case use.Host == k.revoked.Host && k.revoked.Status == 200:
			v.fault("key %s was accepted by the host that had revoked it, %v later: %s", id, age, describe(use))
		case age > o.stale:
			v.fault("key %s was accepted %v after its revocation: %s", id, age, describe(use))
		}
	}
	return longest
}

type auditEntry struct {
	Action  string   `json:"action"`
	Outcome string   `json:"outcome"`
	Tenant  string   `json:"tenant"`
	Secrets []string `json:"secrets"`
	Trace   string   `json:"traceparent"`
	Reason  string   `json:"reason"`
}

// A line is the entry, or has it as a member.
func readAudit(path string) ([]auditEntry, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var entries []auditEntry
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<22), 1<<22)
	for lines.Scan() {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(lines.Bytes(), &members); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		content := json.RawMessage(lines.Bytes())
		if _, here := members["action"]; !here {
			for _, member := range members {
				if strings.Contains(string(member), `"action"`) {
					content = member
				}
			}
		}
		var entry auditEntry
		if err := json.Unmarshal(content, &entry); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		entries = append(entries, entry)
	}
	return entries, lines.Err()
}

func judgeAudit(history []operation, entries []auditEntry, v *verdict) {
	byTrace := map[string][]auditEntry{}
	for _, entry := range entries {
		byTrace[entry.Trace] = append(byTrace[entry.Trace], entry)
	}
	actions := map[string]string{"create": "secret.create", "patch": "secret.update", "delete": "secret.delete", "resolve": "secret.release"}
	released, changed := 0, 0
	for i := range history {
		op := &history[i]
		action := actions[op.Kind]
		if action == "" {
			continue
		}
		found := 0
		var named []string
		for _, entry := range byTrace[op.Trace] {
			if entry.Action == action && entry.Outcome == "ok" {
				found++
				named = append(named, entry.Secrets...)
			}
		}
		// One request is at most one change, however often its transaction was sent.
		if found > 1 && changes(op) {
			v.fault("%d entries %s of one request: %s", found, action, describe(op))
		}
		if op.Status != 200 || op.Outcome != answered {
			if found > 0 && op.Outcome != unknown && changes(op) {
				v.fault("refused, and yet in the audit log as done: %s", describe(op))
			}
			continue
		}
		var needed []string
		if op.Kind == "resolve" {
			for _, s := range op.Released {
				needed = append(needed, s.ID)
			}
			released += len(needed)
		} else if op.Kind != "patch" || op.Patch.Value != nil {
			needed = []string{op.Secrets[0].ID}
			changed++
		}
		for _, id := range needed {
			if !contains(named, id) {
				v.fault("no entry %s names %s: %s", action, id, describe(op))
			}
		}
	}
	v.figure("%d released values and %d changes are in the audit log's %d entries", released, changed, len(entries))
	if len(entries) == 0 {
		v.fault("the audit log is empty")
	}
}

func contains(list []string, wanted string) bool {
	for _, item := range list {
		if item == wanted {
			return true
		}
	}
	return false
}

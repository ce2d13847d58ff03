// One client of the hosts: makes a request of either plane, and writes down what it was told.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	issuer   = "https://cluster.test"
	audience = "https://tacit.test"
)

type host struct{ name, api, tools string } // base URLs

// What all clients share.
type cluster struct {
	hosts    []host
	api      *tls.Config
	tools    *tls.Config
	secret   []byte // of the token issuer
	start    time.Time
	recorded *recorder
	patience time.Duration // for one answer
}

func newCluster(state, hosts string, apiPort, toolPort int) (*cluster, error) {
	c := &cluster{start: time.Now()}
	for _, text := range strings.Split(hosts, ",") {
		name, address, found := strings.Cut(text, "=")
		if !found {
			return nil, fmt.Errorf("%s is not NAME=ADDRESS", text)
		}
		c.hosts = append(c.hosts, host{name, fmt.Sprintf("https://%s:%d", address, apiPort), fmt.Sprintf("https://%s:%d", address, toolPort)})
	}
	ca, err := os.ReadFile(filepath.Join(state, "servers-ca.pem"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	runtime, err := tls.LoadX509KeyPair(filepath.Join(state, "runtime.pem"), filepath.Join(state, "runtime.key"))
	if err != nil {
		return nil, err
	}
	c.api = &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}
	c.tools = c.api.Clone()
	c.tools.Certificates = []tls.Certificate{runtime}
	secret, err := os.ReadFile(filepath.Join(state, "issuer.secret"))
	c.secret = bytes.TrimSpace(secret)
	return c, err
}

func (c *cluster) now() int64 { return int64(time.Since(c.start)) }

// An access token of the issuer for any user. Hosts' clocks may differ by minutes.
func (c *cluster) token(user string) string {
	encode := base64.RawURLEncoding.EncodeToString
	now := time.Now().Unix()
	claims, _ := json.Marshal(map[string]interface{}{"iss": issuer, "aud": audience, "sub": user, "client_id": "cluster", "jti": random(16),
		"iat": now - 3600, "exp": now + 86400, "scope": "secrets:read secrets:write keys:manage"})
	text := encode([]byte(`{"alg":"HS256","typ":"at+jwt"}`)) + "." + encode(claims)
	signature := hmac.New(sha256.New, c.secret)
	signature.Write([]byte(text))
	return text + "." + encode(signature.Sum(nil))
}

func random(size int) string {
	bytes := make([]byte, size)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return hex.EncodeToString(bytes)
}

func newUser() string {
	text := random(16)
	return text[:8] + "-" + text[8:12] + "-4" + text[13:16] + "-a" + text[17:20] + "-" + text[20:]
}

// Connections are not shared between clients, so that one that hangs delays one client.
type client struct {
	*cluster
	number int
	api    *http.Client
	tools  *http.Client
}

func (c *cluster) newClient(number int) *client {
	make := func(config *tls.Config) *http.Client {
		return &http.Client{
			Timeout: c.patience,
			Transport: &http.Transport{TLSClientConfig: config, DisableCompression: true, MaxIdleConnsPerHost: 1,
				IdleConnTimeout: 10 * time.Second, DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext},
		}
	}
	return &client{cluster: c, number: number, api: make(c.api), tools: make(c.tools)}
}

type answerInfo struct {
	ID      string  `json:"secret_id"`
	Name    string  `json:"secret_name"`
	Display string  `json:"display"`
	Tool    *string `json:"tool_name"`
	Arg     *string `json:"tool_arg"`
	Default bool    `json:"is_default_for_tool"`
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func (a answerInfo) secret() secret {
	return secret{ID: a.ID, Name: a.Name, Mask: a.Display, Tool: text(a.Tool), Arg: text(a.Arg), Default: a.Default}
}

func reads(kind string) bool {
	return kind == "get" || kind == "list" || kind == "quota" || kind == "resolve" || kind == "use-key"
}

// Makes the request and fills in what is known afterwards; `body` may be nil. The answer is returned if it was whole.
func (c *client) send(op *operation, h host, method, path, credential string, body interface{}) []byte {
	op.Client, op.Host = c.number, h.name
	op.Trace = "00-" + random(16) + "-" + random(8) + "-01"
	through, url := c.api, h.api+path
	if op.Kind == "resolve" {
		through, url = c.tools, h.tools+path
	}
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, url, content)
	if err != nil {
		panic(err)
	}
	request.Header.Set("traceparent", op.Trace)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if strings.HasPrefix(credential, "tct_") {
		request.Header.Set("x-api-key", credential)
	} else if credential != "" {
		request.Header.Set("Authorization", "Bearer "+credential)
	}
	op.Call = c.now()
	response, err := through.Do(request)
	var answer []byte
	if err == nil {
		answer, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	op.Return = c.now()
	if err != nil {
		op.Outcome, op.Detail = unknown, err.Error()
		var failed *net.OpError
		if reads(op.Kind) || errors.As(err, &failed) && failed.Op == "dial" {
			op.Outcome = nothing
		}
		return nil
	}
	op.Status = response.StatusCode
	c.judge(op, answer)
	return answer
}

// What the status says of the effect: conf/API.md.
func (c *client) judge(op *operation, answer []byte) {
	var problem struct {
		Detail json.RawMessage `json:"detail"`
	}
	if op.Status != 200 {
		_ = json.Unmarshal(answer, &problem)
		op.Detail = strings.Trim(string(problem.Detail), `"`)
	}
	switch {
	case op.Status == 200, op.Status == 404, op.Status == 401:
		op.Outcome = answered
	case op.Status == 413 && (op.Kind == "create" || op.Kind == "patch"):
		op.Outcome = answered
	case op.Status == 409 && (op.Detail == nameTaken || op.Detail == defaultTaken):
		op.Outcome = answered
	case op.Status == 409, op.Status == 429, op.Status == 507:
		op.Outcome = nothing
	case reads(op.Kind):
		op.Outcome = nothing
	default: // 503: perhaps; 500: a fault, which the judgement shows
		op.Outcome = unknown
	}
}

func (c *client) api1(op *operation, h host, method, path, credential string, body, into interface{}) bool {
	answer := c.send(op, h, method, path, credential, body)
	if op.Status == 200 && op.Outcome == answered {
		if err := json.Unmarshal(answer, into); err != nil {
			op.Outcome, op.Detail = unknown, "not the expected answer: "+err.Error()
			return false
		}
		return true
	}
	return false
}

const secretsPath = "/api/v1/secrets/"

func (c *client) create(h host, tenant, token string, s secret) *operation {
	op := &operation{Kind: "create", Tenant: tenant, New: &s}
	body := map[string]interface{}{"secret_name": s.Name, "secret_value": s.Value}
	if s.Tool != "" {
		body["tool_name"], body["tool_arg"], body["is_default_for_tool"] = s.Tool, s.Arg, s.Default
	}
	var info answerInfo
	if c.api1(op, h, "POST", secretsPath, token, body, &info) {
		op.Secrets = []secret{info.secret()}
	}
	c.recorded.add(op)
	return op
}

func (c *client) patch(h host, tenant, token, id string, p patch) *operation {
	op := &operation{Kind: "patch", Tenant: tenant, ID: id, Patch: &p}
	body := map[string]interface{}{}
	for name, value := range map[string]*string{"secret_name": p.Name, "secret_value": p.Value, "tool_name": p.Tool, "tool_arg": p.Arg} {
		if value != nil {
			body[name] = *value
		}
	}
	if p.Default != nil {
		body["is_default_for_tool"] = *p.Default
	}
	var info answerInfo
	if c.api1(op, h, "PATCH", secretsPath+id, token, body, &info) {
		op.Secrets = []secret{info.secret()}
	}
	c.recorded.add(op)
	return op
}

// DELETE or GET of one secret.
func (c *client) one(kind string, h host, tenant, token, id string) *operation {
	op := &operation{Kind: kind, Tenant: tenant, ID: id}
	method := "GET"
	if kind == "delete" {
		method = "DELETE"
	}
	var info answerInfo
	if c.api1(op, h, method, secretsPath+id, token, nil, &info) {
		op.Secrets = []secret{info.secret()}
	}
	c.recorded.add(op)
	return op
}

func (c *client) list(h host, tenant, token string) *operation {
	op := &operation{Kind: "list", Tenant: tenant}
	var list struct {
		Data []answerInfo `json:"data"`
	}
	if c.api1(op, h, "GET", secretsPath, token, nil, &list) {
		for _, info := range list.Data {
			op.Secrets = append(op.Secrets, info.secret())
		}
	}
	c.recorded.add(op)
	return op
}

func (c *client) quota(h host, tenant, token string) *operation {
	op := &operation{Kind: "quota", Tenant: tenant}
	var quota struct {
		Used  int64 `json:"used"`
		Count int64 `json:"count"`
	}
	if c.api1(op, h, "GET", "/api/v1/quota", token, nil, &quota) {
		op.Used, op.Count = quota.Used, quota.Count
	}
	c.recorded.add(op)
	return op
}

func (c *client) resolve(h host, tenant, tool string) *operation {
	op := &operation{Kind: "resolve", Tenant: tenant, Tool: tool}
	var resolved struct {
		Arguments map[string]struct {
			Value string `json:"value"`
			ID    string `json:"secret_id"`
			Name  string `json:"secret_name"`
		} `json:"arguments"`
	}
	if c.api1(op, h, "POST", "/tool/v1/resolve", "", map[string]string{"user_id": tenant, "tool_name": tool}, &resolved) {
		op.Released = map[string]secret{}
		for arg, value := range resolved.Arguments {
			op.Released[arg] = secret{ID: value.ID, Name: value.Name, Value: value.Value}
		}
	}
	c.recorded.add(op)
	return op
}

func (c *client) makeKey(h host, tenant, token string) (key string, op *operation) {
	op = &operation{Kind: "make-key", Tenant: tenant}
	var made struct {
		ID  string `json:"key_id"`
		Key string `json:"key"`
	}
	c.api1(op, h, "POST", "/api/v1/api-keys/", token, map[string]interface{}{"name": "cluster", "scopes": []string{"secrets:read"}}, &made)
	op.ID = made.ID
	c.recorded.add(op)
	return made.Key, op
}

func (c *client) revokeKey(h host, tenant, token, id string) *operation {
	op := &operation{Kind: "revoke-key", Tenant: tenant, ID: id}
	var record struct{}
	c.api1(op, h, "DELETE", "/api/v1/api-keys/"+id, token, nil, &record)
	c.recorded.add(op)
	return op
}

func (c *client) useKey(h host, tenant, key, id string) *operation {
	op := &operation{Kind: "use-key", Tenant: tenant, ID: id}
	var quota struct{}
	c.api1(op, h, "GET", "/api/v1/quota", key, nil, &quota)
	c.recorded.add(op)
	return op
}

// The driver for Go as a client that writes all the time; node.ts in the folder above says how it is told what to do.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

const pause = 40 * time.Millisecond

type command struct{ Do, Name, Uri string }

type writer struct {
	given chan string
	end   chan struct{}
}

var out sync.Mutex

func say(line map[string]any) {
	text, _ := json.Marshal(line)
	out.Lock()
	defer out.Unlock()
	os.Stdout.Write(append(text, '\n'))
}

// isRefusal tells a login that failed by its words, for the driver leaves nothing else of what the server answered: MechanismUnavailable is
// met by a driver that took the older mechanism because the server knows no such user.
func isRefusal(err error) bool {
	text := err.Error()
	return strings.Contains(text, "(AuthenticationFailed)") || strings.Contains(text, "(MechanismUnavailable)")
}

// open makes a client and says which database its URI names.
func open(uri string) (*mongo.Client, string, error) {
	parts, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, "", err
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	return client, parts.Database, err
}

func (w *writer) loop(name string) {
	ctx := context.Background()
	var client *mongo.Client
	var documents *mongo.Collection
	turn, number := 0, 0
	for {
		select {
		case <-w.end:
			client.Disconnect(ctx)
			say(map[string]any{"name": name, "ended": true})
			return
		case uri := <-w.given:
			fresh, database, err := open(uri)
			if err != nil {
				say(map[string]any{"name": name, "turn": turn + 1, "failed": err.Error(), "refused": false})
				continue
			}
			before := client
			client = fresh
			turn++
			documents = client.Database(database).Collection(name, options.Collection().SetWriteConcern(writeconcern.Majority()))
			if before != nil {
				before.Disconnect(ctx)
			}
		default:
		}
		if documents != nil {
			if _, err := documents.InsertOne(ctx, bson.D{{Key: "_id", Value: number}}); err == nil {
				say(map[string]any{"name": name, "wrote": number})
			} else {
				say(map[string]any{"name": name, "turn": turn, "failed": err.Error(), "refused": isRefusal(err)})
			}
			number++
		}
		time.Sleep(pause)
	}
}

func try(name, uri string) {
	ctx := context.Background()
	client, _, err := open(uri)
	if err == nil {
		err = client.Database("admin").RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err()
		client.Disconnect(ctx)
	}
	switch {
	case err == nil:
		say(map[string]any{"name": name, "tried": "accepted"})
	case isRefusal(err):
		say(map[string]any{"name": name, "tried": "refused"})
	default:
		say(map[string]any{"name": name, "tried": err.Error()})
	}
}

func main() {
	writers := map[string]*writer{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			panic(err)
		}
		w, known := writers[c.Name]
		switch {
		case c.Do == "try":
			go try(c.Name, c.Uri)
		case c.Do == "write" && known:
			w.given <- c.Uri
		case c.Do == "write":
			w = &writer{given: make(chan string, 8), end: make(chan struct{}, 1)}
			writers[c.Name] = w
			w.given <- c.Uri
			go w.loop(c.Name)
		case known:
			w.end <- struct{}{}
		}
	}
}

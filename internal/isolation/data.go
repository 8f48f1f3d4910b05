// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func flag(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} }

// hundredths returns the number n/100 in the form that DynamoDB answers with.
func hundredths(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatFloat(float64(n)/100, 'f', -1, 64)}
}

func fields(f item) types.AttributeValue { return &types.AttributeValueMemberM{Value: f} }

func list(vs ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: vs}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// epoch is when the first shipment was ordered.
var epoch = time.Date(2026, time.January, 5, 8, 0, 0, 0, time.UTC)

type place struct{ city, postcode, country string }

type product struct {
	sku, name string
	cents     int
	grams     int
}

var (
	carriers = []string{"DHL", "UPS", "FedEx", "Royal Mail", "DPD", "GLS"}
	services = []string{"standard", "express", "next-day", "economy"}
	statuses = []string{"created", "collected", "in transit", "out for delivery", "delivered"}
	streets  = []string{"High Street", "Station Road", "Mill Lane", "Church Road", "Harbour Way", "Market Square"}
	places   = []place{
		{"London", "EC2A 4BX", "GB"},
		{"Manchester", "M1 2WD", "GB"},
		{"Dublin", "D02 X285", "IE"},
		{"Berlin", "10115", "DE"},
		{"Hamburg", "20095", "DE"},
		{"Rotterdam", "3011 AA", "NL"},
		{"Lyon", "69002", "FR"},
		{"Milano", "20121", "IT"},
		{"Göteborg", "411 03", "SE"},
		{"Seattle", "98101", "US"},
	}
	products = []product{
		{"LAMP-0421", "desk lamp", 3999, 1450},
		{"CHAIR-118", "office chair", 18900, 14200},
		{"CABLE-USB-2M", "USB cable, 2 m", 899, 80},
		{"MUG-0007", "stoneware mug", 1250, 390},
		{"BOOK-9780", "hardback, 412 pages", 2450, 720},
		{"TENT-2P", "tent for two", 21500, 2600},
		{"SEED-TOMATO", "tomato seeds", 325, 15},
	}
	firstNames  = []string{"Amara", "Björn", "Chloe", "Daniel", "Esra", "Felix", "Grace", "Hiro", "Ines", "Jakub", "Leila", "Mateo", "Nora", "Oskar", "Priya", "Zoë"}
	lastNames   = []string{"Adeyemi", "Bauer", "Costa", "Dvořák", "Eriksen", "Fischer", "García", "Hughes", "Ito", "Kaya", "Lindqvist", "Moreau", "Nowak", "O'Brien", "Patel", "Silva"}
	departments = []string{"operations", "engineering", "finance", "sales", "support", "people"}
	titles      = []string{"analyst", "specialist", "manager", "lead", "director"}
	skills      = []string{"customs", "forklift", "Go", "SQL", "negotiation", "German", "payroll", "first aid"}
)

// shipment returns the n-th shipment of a tenant, at one point of its way.
func shipment(r *rand.Rand, id tenant.ID, n int) item {
	from, to, progress := pick(r, places), pick(r, places), r.IntN(len(statuses))
	ordered := epoch.Add(time.Duration(n)*6*time.Hour + time.Duration(r.IntN(360))*time.Minute)
	lines, grams, cents := orderLines(r)
	it := item{
		"OrderID":           text(fmt.Sprintf("%s-%d-%05d", strings.ToUpper(string(id[:4])), ordered.Year(), n+1)),
		"Carrier":           text(pick(r, carriers)),
		"Service":           text(pick(r, services)),
		"TrackingNumber":    text(fmt.Sprintf("%c%c%09d%s", 'A'+rune(r.IntN(26)), 'A'+rune(r.IntN(26)), r.IntN(1e9), from.country)),
		"Status":            text(statuses[progress]),
		"ETA":               text(ordered.AddDate(0, 0, 2+r.IntN(6)).Format(time.DateOnly)),
		"WeightKg":          hundredths(grams / 10),
		"Total":             fields(item{"Amount": hundredths(cents), "Currency": text("EUR")}),
		"SignatureRequired": flag(r.IntN(3) == 0),
		"Origin":            address(r, from),
		"Destination":       fields(item{"Recipient": text(pick(r, firstNames) + " " + pick(r, lastNames)), "Address": address(r, to)}),
		"Lines":             lines,
		"Events":            events(r, ordered, from, to, progress),
	}
	if progress < len(statuses)-1 {
		it["DeliveredTo"] = &types.AttributeValueMemberNULL{Value: true}
	} else {
		it["DeliveredTo"] = text(pick(r, []string{"recipient", "neighbour", "reception", "letter box"}))
	}
	return it
}

func address(r *rand.Rand, p place) types.AttributeValue {
	return fields(item{
		"Street":   text(fmt.Sprintf("%d %s", 1+r.IntN(180), pick(r, streets))),
		"City":     text(p.city),
		"PostCode": text(p.postcode),
		"Country":  text(p.country),
	})
}

// orderLines returns what is in a parcel, its weight and its price.
func orderLines(r *rand.Rand) (lines types.AttributeValue, grams, cents int) {
	var ls []types.AttributeValue
	for range 1 + r.IntN(4) {
		p, quantity := pick(r, products), 1+r.IntN(5)
		grams += quantity * p.grams
		cents += quantity * p.cents
		ls = append(ls, fields(item{
			"SKU":         text(p.sku),
			"Description": text(p.name),
			"Quantity":    hundredths(quantity * 100),
			"UnitPrice":   hundredths(p.cents),
		}))
	}
	return list(ls...), grams, cents
}

// events returns what has happened to a parcel that has come as far as progress.
func events(r *rand.Rand, at time.Time, from, to place, progress int) types.AttributeValue {
	var es []types.AttributeValue
	for i, status := range statuses[:progress+1] {
		city := from.city
		if i > 2 {
			city = to.city
		}
		es = append(es, fields(item{"At": text(at.Format(time.RFC3339)), "Status": text(status), "City": text(city)}))
		at = at.Add(time.Duration(1+r.IntN(20)) * time.Hour)
	}
	return list(es...)
}

func employeeID(n int) string { return fmt.Sprintf("E%05d", n+1) }

// employee returns the n-th employee of a tenant.
func employee(r *rand.Rand, id tenant.ID, n int) item {
	first, last := pick(r, firstNames), pick(r, lastNames)
	it := item{
		"Name":       text(first + " " + last),
		"Email":      text(fmt.Sprintf("employee%d@%s.example", n+1, id)),
		"Department": text(pick(r, departments)),
		"Title":      text(pick(r, titles)),
		"Office":     text(pick(r, places).city),
		"HiredOn":    text(epoch.AddDate(0, 0, -r.IntN(4000)).Format(time.DateOnly)),
		"Salary":     fields(item{"Amount": hundredths(100 * (28_000 + 500*r.IntN(140))), "Currency": text("EUR")}),
		"Active":     flag(r.IntN(12) != 0),
		"Skills":     list(text(pick(r, skills)), text(pick(r, skills))),
	}
	if n > 0 {
		it["ReportsTo"] = text(employeeID(r.IntN(n)))
	}
	return it
}

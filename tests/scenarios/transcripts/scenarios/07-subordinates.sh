# Subordinates: one beside each principal, by an implicit or an explicit endpoint; how they come and go.
q deploy ./prov.charm prov -n 2
q deploy ./sub.charm sub
q deploy ./req.charm req
settle "idle('prov',2) && idle('req',1) && [0,1].every(n => ran('prov/'+n,'cluster-relation-changed'))"
skip prov/0 prov/1 req/0
say refusals
j add-unit sub
j deploy ./sub.charm sub2 -n 2
j deploy ./sub.charm sub2 --to 0
j integrate sub prov
say implicit
j integrate sub:host prov
settle "idle('sub',2) && Object.keys(units).filter(u => u.startsWith('sub/')).every(u => ran(u,'host-relation-changed'))"
hooks prov/0 prov/1 sub/0 sub/1
j remove-unit --no-prompt sub/0
t sub/0 <<'L'
echo $JUJU_PRINCIPAL_UNIT $JUJU_MACHINE_ID
relation-list -r 1 --format=json
relation-ids host
relation-get -r 1 --format=json - prov/0 | grep -o '"[a-z-]*":'
relation-get -r 1 - prov/1
relation-set -r 1 --app a=1
L
settle
hooks prov/0 sub/0 sub/1
say explicit too
j integrate sub:db prov:database
settle "Object.keys(units).filter(u => u.startsWith('sub/')).every(u => ran(u,'db-relation-changed')) && [0,1].every(n => ran('prov/'+n,'database-relation-changed'))"
hooks prov/0 prov/1 sub/0 sub/1
t prov/0 <<'L'
relation-list -r 2 --format=json
relation-set -r 2 u=1
relation-set -r 2 --app ap=1
relation-get -r 2 - sub/1
relation-ids database
L
settle "ran('sub/0','db-relation-changed') > 2 && ran('sub/1','db-relation-changed') > 1"
hooks prov/0 prov/1 sub/0 sub/1
say add unit
j add-unit prov
settle "idle('prov',3) && idle('sub',3) && ran('sub/2','db-relation-changed') > 1 && ran('prov/2','database-relation-changed') && [0,1,2].every(n => ran('prov/'+n,'cluster-relation-changed') > 1)"
hooks prov/2 sub/2 prov/0 sub/0
skip prov/1
say one of two relations goes: subordinates stay
j remove-relation sub:host prov
settle "[0,1,2].every(n => ran('sub/'+n,'host-relation-broken'))"
hooks prov/0 prov/2 sub/0 sub/2
skip sub/1
say principal goes
j remove-unit --no-prompt prov/2
settle "idle('prov',2) && idle('sub',2) && [0,1].every(n => ran('prov/'+n,'cluster-relation-departed'))"
skip prov/1
hooks prov/2 sub/2 prov/0 sub/0
say relation goes
j remove-relation sub:db prov
settle "idle('sub',0)"
hooks prov/0 prov/1 sub/0 sub/1
j status sub | node "$LIB/tabular.mjs"
j status | node "$LIB/tabular.mjs"
say again
j integrate sub:db prov:database
settle "idle('sub',2) && ran('sub/3','db-relation-changed') && ran('sub/4','db-relation-changed') && [0,1].every(n => ran('prov/'+n,'database-relation-changed') > 1)"
hooks sub/3 sub/4
j remove-application --no-prompt sub
settle "gone('sub')"
hooks sub/3 sub/4 prov/0
say app goes with subs
j deploy ./sub.charm sub
j integrate sub:host prov
settle "idle('sub',2) && ran('sub/5','host-relation-changed') && ran('sub/6','host-relation-changed')"
skip sub/5 sub/6 prov/0 prov/1
j remove-application --no-prompt prov
settle "gone('prov') && idle('sub',0)"
hooks sub/5 sub/6 prov/0 prov/1
j status | node "$LIB/tabular.mjs"

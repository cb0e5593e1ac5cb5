# Storage: attached before install, added, detached, attached to another unit, and what goes with a unit.
on stor.data-storage-attached <<'L'
storage-list
storage-get kind
storage-get location | sed 's#.*/srv#ROOT/srv#'
for v in $(compgen -e | grep -E '^JUJU_STO' | LC_ALL=C sort); do echo "$v=${!v}"; done | sed 's#=/.*/srv#=ROOT/srv#'
echo $JUJU_UNIT_NAME > $JUJU_STORAGE_LOCATION/was-here
L
on stor.data-storage-detaching <<'L'
storage-list
storage-get -s $JUJU_STORAGE_ID kind
cat $(storage-get location)/was-here
L
q deploy ./stor.charm stor --storage logs=1
settle "idle('stor',1) && ran('stor/0','start')"
hooks stor/0
say shown
"$JUJU" status --storage --format=json | node -e '
const s = JSON.parse(require("fs").readFileSync(0));
for (const [id, one] of Object.entries(s.storage.storage)) console.log(id, one.kind, one.life, one.status.current, one.persistent, Object.keys(one.attachments.units).join());'
j storage
j show-storage nope/3
say added by a person
on stor.logs-storage-attached <<'L'
storage-list
storage-list logs
L
j add-storage stor/0 logs
settle "ran('stor/0','logs-storage-attached') > 1"
hooks stor/0
j add-storage stor/0 logs=2
j add-storage stor/0 data
j add-storage stor/0 nope
j add-storage stor/9 logs
j add-storage stor/0
j add-storage stor/0 logs=0
off stor.logs-storage-attached
say added by the charm
t stor/0 <<'L'
storage-add logs
storage-list
storage-get -s logs/9
storage-add logs=lxd,2
L
settle "ran('stor/0','logs-storage-attached') > 2"
hooks stor/0
say what lies on the machine cannot leave it
j detach-storage logs/1
j detach-storage nope/9
j remove-storage logs/2
j remove-storage --force logs/2
settle "ran('stor/0','logs-storage-detaching')"
hooks stor/0
say a pool of its own
q deploy ./stor.charm stor2 --storage data=lxd,2G --storage logs=lxd,2
settle "idle('stor2',1) && ran('stor2/0','start')"
skip stor2/0
j detach-storage logs/5
settle "ran('stor2/0','logs-storage-detaching')"
j attach-storage stor2/0 logs/5
settle "ran('stor2/0','logs-storage-attached') > 2"
hooks stor2/0
j attach-storage stor2/0 logs/5
on stor2.data-storage-attached <<'L'
cat $(storage-get location)/was-here
L
on stor2.data-storage-detaching <<'L'
echo data of $JUJU_UNIT_NAME > $(storage-get location)/was-here
L
j remove-unit --no-prompt stor2/0
settle "idle('stor2',0)"
hooks stor2/0
j storage
say on another unit
j add-unit stor2 --attach-storage data/4
settle "idle('stor2',1) && ran('stor2/1','start')"
hooks stor2/1
j storage
j remove-storage logs/5
j remove-application --no-prompt --destroy-storage stor2
settle "gone('stor2')"
j storage
say refusals
j deploy ./stor.charm x --storage data=2
j deploy ./stor.charm x --storage nope=2
j deploy ./stor.charm x --storage logs=9
j deploy ./stor.charm x --storage data=bogus
say everything goes
j remove-application --no-prompt stor
settle "gone('stor')"
hooks stor/0
j storage

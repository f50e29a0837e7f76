--- The marker of a restore under way: written and synced before the first change, removed behind
-- the last one. It names the archive, so that only the same archive goes on with a restore that
-- was cut off, and the folders that were renamed aside, so that they can be put back.

local m = {}

local NAME = ".hosskeep-restore"

--- Where it lies.
function m.path(ctx)
    return fs.join(ctx.options.config_dir, NAME)
end

--- What an earlier restore left: {id=, archive=, started=, aside={...}, absent={...}}, or nil when
--- there is none. absent: the paths where nothing stood.
function m.read(ctx)
    local text = fs.read(m.path(ctx))
    if not text then return nil end
    local known = try(json.decode, text)
    if type(known) ~= "table" then known = { id = "unknown" } end
    known.aside = known.aside or {}
    return known
end

--- Writes the marker, synced. ctx.state.marker is what is written from then on.
function m.write(ctx)
    local marker = ctx.state.marker
    marker.aside, marker.absent = json.array(marker.aside), json.array(marker.absent or {})
    fs.write(m.path(ctx), json.encode(marker, { indent = true }) .. "\n",
        { mode = tonumber("600", 8) })
end

--- A marker for this archive, going on from `before` when that is a restore of the same archive.
function m.begin(ctx, before)
    ctx.state.marker = before or {
        id = ctx.state.archive_id,
        archive = fs.basename(ctx.options.args[1]),
        started = time.format("%Y-%m-%dT%H:%M:%SZ"),
        aside = {},
        replaces = ctx.state.replaces, -- a living server
    }
    m.write(ctx)
end

--- The restore has ended well: nothing is in its way any more. Should the power fail and the marker
--- come back, the same restore may go on where nothing is left to do.
function m.remove(ctx)
    fs.remove(m.path(ctx))
    local _, err = try(fs.sync, ctx.options.config_dir)
    if err then ctx:warn("the end of this restore is not yet on disk: %s", tostring(err)) end
end

--- A run that failed has put everything back: the marker goes, unless it tells of an earlier run,
-- or of something that could not be put back. With it the same command makes its way past what is
-- left.
function m.forget(ctx)
    if ctx.state.continued then return end
    if not ctx.undo_failed then return m.remove(ctx) end
    ctx.outcome = ctx.outcome or "not all could be undone: run the same command again"
end

return m

--- The marker of a restore under way: written and synced before the first change, removed behind
-- the last one. It names the archive, so that only the same archive goes on with a restore that
-- was cut off, and the folders that were renamed aside, so that they can be put back.

local m = {}

local NAME = ".hosskeep-restore"

--- Where it lies.
function m.path(ctx)
    return fs.join(ctx.options.config_dir, NAME)
end

--- What an earlier restore left: {id, archive, started, aside = {...}}, or nil when there is none.
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
    marker.aside = json.array(marker.aside)
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

--- The restore has ended well: nothing is in its way any more.
function m.remove(ctx)
    fs.remove(m.path(ctx))
    fs.sync(ctx.options.config_dir)
end

--- A run that failed has put everything back: the marker goes, unless it tells of an earlier run,
-- or of something that could not be put back.
function m.forget(ctx)
    if not ctx.state.continued and not ctx.state.not_put_back then m.remove(ctx) end
end

return m

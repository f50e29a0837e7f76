-- hosskeep verify FILE...: reads every byte of archives once and says what is wrong with which
-- entry. Writes nothing. Exit code 0, or 6 when one of them must not be trusted.

local command = require "hosskeep.command"
local failure = require "hosskeep.failure"
local report = require "hosskeep.report"
local sizes = require "hosskeep.sizes"

local function result_fields(path, result)
    local manifest = result.manifest or {}
    return {
        event = "verified",
        file = path,
        ok = true,
        kind = result.kind,
        entries = result.entries,
        bytes = result.bytes,
        size = result.size,
        server = result.version and result.version.version,
        created = manifest.created,
        notes = result.notes and json.array(result.notes),
    }
end

local function tell(given, path, result)
    if given.json then
        log.out(json.encode(result_fields(path, result)) .. "\n")
    elseif not given.quiet then
        log.out(string.format("%s: ok, %d entries, %s (%s archive)\n", path, result.entries,
            sizes.bytes(result.bytes), result.kind))
        for _, note in ipairs(result.notes or {}) do
            log.out("  note: " .. note .. "\n")
        end
    end
end

local function refuse(given, path, err)
    local text = failure.text(err)
    if given.json then
        log.out(json.encode { event = "verified", file = path, ok = false, error = text } .. "\n")
    end
    local line = text:find(path, 1, true) and text or path .. ": " .. text
    io.stderr:write(log.mask("hosskeep: verify: " .. line), "\n")
end

local function one(given, path, out)
    local options = {}
    if not given.json and not given.quiet then
        options.progress = function(bytes)
            out:progress("verify", bytes)
        end
    end
    local result, err = try(archive.verify, path, options)
    if result then
        out:finish "verify"
        tell(given, path, result)
        return failure.DONE
    end
    out:failed("verify", failure.text(err), failure.ARCHIVE)
    refuse(given, path, err)
    return failure.kind(err) == "limit" and failure.ARCHIVE or failure.exit(err, failure.ARCHIVE)
end

local function run(given)
    local worst = failure.DONE
    local shown = not given.json and not given.quiet and process.isatty(1)
    local out = report.new { quiet = not shown, live = shown }
    for _, path in ipairs(given.args) do
        worst = math.max(worst, one(given, path, out))
    end
    out:close(worst)
    return worst
end

return command.main({
    name = "verify",
    summary = "Reads archives whole and tells whether they can be trusted.",
    arguments = { { name = "FILE", required = true, multiple = true } },
    options = {
        { long = "json", help = "one JSON object per archive" },
        { long = "quiet", short = "q", help = "print errors only" },
    },
    run = run,
}, ...)

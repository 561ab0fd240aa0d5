namespace ActorCsi.Silo.Operate;

/// <summary>How an answer is written.</summary>
internal enum OutputForm
{
    /// <summary>For people: on a terminal as wide as that is, in a pipe one line each.</summary>
    Table,

    /// <summary>For people, with everything and as wide as it takes.</summary>
    Wide,

    /// <summary>For programs: fields are added to it and never renamed.</summary>
    Json,
}
